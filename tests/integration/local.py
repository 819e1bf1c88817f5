"""`lotofacil run` as a child process, on ports that nobody else has."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from tests.servers.ports import free_port
from tests.servers.process import START_SECONDS
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

NAMES = ("exporter", "retrainer", "prometheus", "alertmanager", "mails", "feed")


class LocalRun:
    """A started run in a folder; what it prints goes to a file beside the folder."""

    def __init__(
        self, folder: Path, arguments: tuple[str, ...], settings: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self._output = folder.parent / "output.txt"
        self.settings = {
            "LOTOFACIL_LANGUAGE": "en",
            "EXPORTER_PORT": str(free_port()),
            "RETRAINER_PORT": str(free_port()),
            "PROMETHEUS_URL": f"http://localhost:{free_port()}",
            "ALERTMANAGER_URL": f"http://localhost:{free_port()}",
            **settings,
        }
        self.exporter = f"http://localhost:{self.settings['EXPORTER_PORT']}"
        self.retrainer = f"http://localhost:{self.settings['RETRAINER_PORT']}"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "exporter.cli", "run", *arguments],
                cwd=folder,
                env=os.environ | self.settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8")

    def wait_until_ready(self) -> None:
        wait_until(
            lambda: "All ready" in self.output or self.process.poll() is not None,
            START_SECONDS,
            "all that it starts",
        )
        assert "All ready" in self.output, self.output

    def processes(self) -> list[psutil.Process]:
        """Everything that runs below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def value(self, query: str) -> float | None:
        """The first value of a query to its Prometheus, if there is one."""
        url = f"{self.settings['PROMETHEUS_URL']}/api/v1/query"
        found = requests.get(url, {"query": query}, timeout=PATIENCE_SECONDS).json()["data"][
            "result"
        ]
        return float(found[0]["value"][1]) if found else None

    def scrape(self) -> str:
        """The page of metrics."""
        return requests.get(f"{self.exporter}/metrics", timeout=PATIENCE_SECONDS).text


@contextmanager
def local_run(folder: Path, *arguments: str, **settings: str) -> Iterator[LocalRun]:
    """A run in a new folder; it is killed at the end unless it has ended before."""
    folder.mkdir()
    run = LocalRun(folder, arguments, settings)
    try:
        yield run
    finally:
        below = run.processes() if run.process.poll() is None else []
        run.process.kill()
        run.process.wait()
        psutil.wait_procs(
            below, timeout=PATIENCE_SECONDS
        )  # until then its folder is theirs to write in
