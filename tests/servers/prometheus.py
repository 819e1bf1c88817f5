"""A real Prometheus."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

from tests.servers.configuration import as_file
from tests.servers.ports import free_port
from tests.servers.process import Server, find_program
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until


@dataclass(frozen=True)
class Prometheus:
    """What a test asks a running Prometheus."""

    url: str
    config: Path
    server: Server

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the samples of an instant query: metric (labels) and value ([time, text])."""
        result: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return result

    def value(self, expression: str) -> float | None:
        """Return the single value of an instant query, or None while there is none."""
        samples = self.query(expression)
        return float(samples[0]["value"][1]) if len(samples) == 1 else None

    def wait_for_value(self, expression: str, timeout: float = PATIENCE_SECONDS) -> float:
        """Wait until the query has a single value, and return it."""
        wait_until(lambda: self.value(expression) is not None, timeout, expression)
        return float(self.query(expression)[0]["value"][1])

    def alerts(self) -> list[dict[str, Any]]:
        """Return the pending and firing alerts."""
        found: list[dict[str, Any]] = self._get("alerts")["alerts"]
        return found

    def reload(self) -> None:
        """Read the configuration and the rules again."""
        requests.post(f"{self.url}/-/reload", timeout=PATIENCE_SECONDS).raise_for_status()

    def stop(self) -> None:
        self.server.stop()

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = requests.get(
            f"{self.url}/api/v1/{path}", params=parameters, timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        return data


class StartPrometheus(Protocol):
    """The fixture `start_prometheus`: configuration (text or file) in, ready server out."""

    def __call__(
        self, config: str | Path, port: int | None = None, flags: Sequence[str] = ()
    ) -> Prometheus: ...


def run_prometheus(
    folder: Path, config: str | Path, port: int | None = None, flags: Sequence[str] = ()
) -> Prometheus:
    """Start a Prometheus that keeps its data in the folder."""
    file = as_file(config, folder / "prometheus.yml")
    address = f"127.0.0.1:{port or free_port()}"
    command = [
        find_program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--web.enable-lifecycle",
        "--rules.alert.resend-delay=1s",
        *flags,
    ]
    server = Server(command, folder / "prometheus.log")
    server.wait_until_ready(lambda: answers(f"http://{address}/-/ready"))
    return Prometheus(f"http://{address}", file, server)
