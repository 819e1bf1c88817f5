"""A container engine and the images of docker-compose.yml, also where no registry is reachable."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
import yaml

from tests.servers.process import PROJECT

COMPOSE_FILE = PROJECT / "docker-compose.yml"
#: Builds stand-ins for public images; it is no part of the repository.
STAND_INS = PROJECT.parent / "shared" / "tools" / "offline-images"
#: Nothing stands in for Grafana.
LEFT_OUT = "grafana"


def call(command: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the engine."""
    return subprocess.run(
        command,
        check=False,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env=os.environ | settings,
    )


def works(*command: str) -> bool:
    """Whether a command is there and succeeds."""
    try:
        return call(command).returncode == 0
    except FileNotFoundError:
        return False


def images() -> dict[str, str]:
    """The public images that are needed, with their tags."""
    services = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))["services"]
    named = [s["image"] for name, s in services.items() if name != LEFT_OUT]
    built_from = re.findall(
        r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    public = {image for image in [*named, *built_from] if "$" not in image}
    return dict(sorted(image.split(":") for image in public))


def provide_engine() -> None:
    """Have an engine with every image; else the test is skipped, or fails where CI is set."""
    ready = works("docker", "info") and works("docker", "compose", "version")
    if ready and all(_is_here(f"{name}:{tag}") for name, tag in images().items()):
        return
    if not (ready or os.environ.get("CI")) or not STAND_INS.is_file():
        _missing("no container engine with the images of docker-compose.yml")
    found = call([str(STAND_INS)], **_tags(images()))
    if found.returncode:
        _missing(f"{STAND_INS.name} failed: {found.stderr[-500:]}")


def _is_here(image: str) -> bool:
    return works("docker", "image", "inspect", image) or works("docker", "pull", "-q", image)


def _tags(named: Mapping[str, str]) -> dict[str, str]:
    return {
        "PROM_TAG": named["prom/prometheus"],
        "AM_TAG": named["prom/alertmanager"],
        "PG_TAG": named["postgres"],
        "PY_TAGS": named["python"],
    }


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Deployment:
    """The services of docker-compose.yml under a name and on ports of their own."""

    def __init__(self, name: str, ports: Mapping[str, int], folder: Path) -> None:
        self._name = name
        override = folder / "override.yml"
        override.write_text("services: {grafana: !reset null}\n")
        self._files = ["-f", str(COMPOSE_FILE), "-f", str(override)]
        self._settings = {name: str(port) for name, port in ports.items()}
        self._settings |= {"LOTOFACIL_IMAGE": name}

    def compose(self, *arguments: str) -> str:
        """Run docker compose for it; what it printed. It must succeed."""
        command = ["docker", "compose", "-p", self._name, *self._files, *arguments]
        found = call(command, **self._settings)
        assert not found.returncode, found.stderr[-3000:]
        return found.stdout

    def remove(self) -> None:
        """Stop everything; volumes and the image go too."""
        self.compose("--profile", "demo", "down", "--volumes", "--timeout", "5")
        call(["docker", "image", "rm", self._name])
