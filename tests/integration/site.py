"""A data folder with one SQLite database, and the real programs that use it."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import requests

from tests.servers.ports import free_port
from tests.servers.process import PROJECT, Server
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until

#: The programs, as they are started.
CLI = (sys.executable, "-m", "exporter.cli")
RETRAINER = (sys.executable, "-m", "retrainer")


class Site:
    """Where everything of one installation is; nothing runs yet."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = folder / "lotofacil.db"
        self.spool = folder / "data" / "spool.db"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "LOTOFACIL_DATA_DIR": str(folder / "data"),
            "LOTOFACIL_LANGUAGE": "en",
            "EXPORTER_PORT": str(port),
            "EXPORTER_REFRESH_SECONDS": "1",
            "RETRAINER_PORT": str(free_port()),
            "PROMETHEUS_URL": f"http://127.0.0.1:{free_port()}",
            "ALERTMANAGER_URL": f"http://127.0.0.1:{free_port()}",
            "PYTHONPATH": str(PROJECT),
            **settings,
        }
        self._started: list[Server] = []
        self._logs = (folder / f"program-{number}.log" for number in count(1))

    def start(self, *command: str) -> Server:
        """Starts a program; what it prints goes to a log of its own."""
        log = next(self._logs)
        server = Server(command, log, environment=self.environment, folder=self.folder)
        self._started.append(server)
        return server

    def serve(self, path: str = "/-/ready") -> Server:
        """Starts the exporter, and waits until this address of it answers."""
        exporter = self.start(*CLI, "serve")
        exporter.wait_until_ready(lambda: answers(f"{self.url}{path}"))
        return exporter

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One command of the product, to its end."""
        return subprocess.run(
            [*CLI, *arguments],
            env=self.environment,
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=5 * PATIENCE_SECONDS,
        )

    def close(self) -> None:
        """Ends what still runs."""
        for server in self._started:
            server.stop()

    def get(self, path: str) -> requests.Response:
        """An answer of the exporter."""
        return requests.get(f"{self.url}{path}", timeout=PATIENCE_SECONDS)

    def value(self, metric: str) -> float:
        """A metric without labels, as it is scraped now."""
        lines = self.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{metric} "))

    def wait_until_delivered(self) -> None:
        """Until nothing waits in the spool of the running exporter."""
        wait_until(
            lambda: self.value("lotofacil_spool_records") == 0, what="delivery of what waits"
        )
