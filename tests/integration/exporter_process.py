"""The exporter as its users start it: a process of its own."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until

#: An answer that a test keeps would keep its connection too.
_ONCE = {"Connection": "close"}


class Exporter:
    """`lotofacil serve` on a port of its own, with its data below a folder."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {
            "DATABASE_URL": database_url,
            "LOTOFACIL_DATA_DIR": str(folder / "data"),
            "LOTOFACIL_LANGUAGE": "en",
            "EXPORTER_PORT": str(port),
        }
        self.server = Server(
            [sys.executable, "-m", "exporter.cli", "serve"],
            folder / f"exporter-{port}.log",
            environment=os.environ | own | settings,
            folder=folder,
        )

    def wait_until_ready(self) -> None:
        self.server.wait_until_ready(lambda: answers(f"{self.url}/-/ready"))

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=_ONCE, timeout=PATIENCE_SECONDS)

    def post(self, path: str, body: object) -> requests.Response:
        url = self.url + path
        return requests.post(url, json=body, headers=_ONCE, timeout=PATIENCE_SECONDS)

    def value(self, name: str) -> float:
        """A sample of the metrics page, by its name with labels; 0 where there is none."""
        lines = self.get("/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)

    def seconds_to_stop(self) -> float:
        """How long it takes to end after SIGTERM; it is killed where it does not."""
        return seconds_to_stop(self.server)


def seconds_to_stop(server: Server) -> float:
    process, begun = psutil.Process(server.pid), time.monotonic()
    process.terminate()
    wait_until(server.has_ended, what="the end of the process")
    return time.monotonic() - begun


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[Exporter]:
    """An exporter that is ready, until it is stopped or this ends."""
    exporter = Exporter(folder, database_url, **settings)
    try:
        exporter.wait_until_ready()
        yield exporter
    finally:
        exporter.server.kill()
