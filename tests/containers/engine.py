"""A container engine and the images of docker-compose.yml, also where no registry is reachable."""

import gc
import os
import re
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
import yaml
from testcontainers.compose import DockerCompose
from testcontainers.core.docker_client import DockerClient

from tests.servers.process import PROJECT

COMPOSE_FILE = PROJECT / "docker-compose.yml"
#: Builds stand-ins for public images; it is no part of the repository.
STAND_INS = PROJECT.parent / "shared" / "tools" / "offline-images"
#: Nothing stands in for Grafana.
LEFT_OUT = "grafana"


def images() -> dict[str, str]:
    """The public images that are needed, with their tags."""
    services = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))["services"]
    named = [s["image"] for name, s in services.items() if name != LEFT_OUT]
    built_from = re.findall(
        r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    public = {image for image in [*named, *built_from] if "$" not in image}
    return dict(sorted(image.split(":") for image in public))


@contextmanager
def running_engine() -> Iterator[DockerClient]:
    """An engine with every image; else the test is skipped, or fails where CI is set."""
    if not _has_images():
        if not STAND_INS.is_file():
            _missing("no container engine with the images of docker-compose.yml")
        tags = os.environ | _tags(images())
        made = subprocess.run([STAND_INS], env=tags, capture_output=True, check=False)
        if made.returncode:
            _missing(f"{STAND_INS.name} failed: {made.stderr[-500:].decode()}")
    with _connected() as engine:
        yield engine


@contextmanager
def _connected() -> Iterator[DockerClient]:
    engine = DockerClient()
    try:
        yield engine
    finally:
        engine.client.close()


def _has_images() -> bool:
    with warnings.catch_warnings():
        # Where no engine answers, docker's client leaves the socket of its question open.
        warnings.simplefilter("ignore", ResourceWarning)
        has_images = _try_images()
        gc.collect()
    return has_images


def _try_images() -> bool:
    try:
        with _connected() as engine:
            local = engine.client.images
            here = {tag for image in local.list() for tag in image.tags}
            for name, tag in images().items():
                if f"{name}:{tag}" not in here:
                    local.pull(name, tag)
    except Exception:  # noqa: BLE001 - no engine, or no registry: whatever it is, it is not there
        return False
    return True


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


@contextmanager
def deployed(
    engine: DockerClient, ports: Mapping[str, int], folder: Path
) -> Iterator[DockerCompose]:
    """The services of docker-compose.yml under a name and on ports of their own, all healthy.

    Everything but Grafana, with the demo profile; volumes and the image go at the end.
    """
    name = f"lotofacil-test-{uuid4().hex[:8]}"
    override, settings = folder / "override.yml", folder / "deployment.env"
    override.write_text(f"services: {{{LEFT_OUT}: !reset null}}\n")
    given = {"COMPOSE_PROJECT_NAME": name, "LOTOFACIL_IMAGE": name, **ports}
    settings.write_text("".join(f"{key}={value}\n" for key, value in given.items()))
    files = [str(COMPOSE_FILE), str(override)]
    services = DockerCompose(PROJECT, files, build=True, env_file=str(settings), profiles=["demo"])
    try:
        with services:
            yield services
    finally:
        engine.client.images.remove(name)
