"""A real Alertmanager."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

from tests.servers.configuration import as_file
from tests.servers.ports import free_port
from tests.servers.process import Server, find_program
from tests.servers.waiting import PATIENCE_SECONDS, answers

GOSSIP = "--cluster.listen-address="
FEATURES = "--enable-feature="
#: As docker compose and `make run` start it.
NAMED = f"{FEATURES}receiver-name-in-metrics"


@dataclass(frozen=True)
class Alertmanager:
    """What a test asks a running Alertmanager."""

    url: str
    config: Path
    server: Server

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts it holds."""
        answer = requests.get(f"{self.url}/api/v2/alerts", timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def post_alerts(self, alerts: Sequence[dict[str, Any]]) -> None:
        """Tell it alerts as Prometheus would."""
        answer = requests.post(
            f"{self.url}/api/v2/alerts", json=list(alerts), timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()

    def reload(self) -> None:
        """Read the configuration again."""
        requests.post(f"{self.url}/-/reload", timeout=PATIENCE_SECONDS).raise_for_status()

    def stop(self) -> None:
        self.server.stop()


class StartAlertmanager(Protocol):
    """The fixture `start_alertmanager`: configuration (text or file) in, ready server out."""

    def __call__(
        self, config: str | Path, port: int | None = None, flags: Sequence[str] = ()
    ) -> Alertmanager: ...


def run_alertmanager(
    folder: Path, config: str | Path, port: int | None = None, flags: Sequence[str] = ()
) -> Alertmanager:
    """Start an Alertmanager that keeps its data in the folder; it gossips where flags say so."""
    file = as_file(config, folder / "alertmanager.yml")
    address = f"127.0.0.1:{port or free_port()}"
    command = [
        find_program("alertmanager"),
        f"--config.file={file}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        *([] if any(flag.startswith(GOSSIP) for flag in flags) else [GOSSIP]),
        *([] if any(flag.startswith(FEATURES) for flag in flags) else [NAMED]),
        *flags,
    ]
    server = Server(command, folder / "alertmanager.log")
    server.wait_until_ready(lambda: answers(f"http://{address}/-/ready"))
    return Alertmanager(f"http://{address}", file, server)
