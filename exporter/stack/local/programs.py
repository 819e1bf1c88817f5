"""The programs that run here: their commands, and how each one tells that it is ready."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

from exporter.config import Settings
from exporter.outbound.probe import ask
from exporter.stack.local.addresses import (
    ALERTMANAGER,
    EXPORTER,
    FEED,
    MAILS,
    PROMETHEUS,
    RETRAINER,
    Addresses,
)
from exporter.stack.local.ports import HOST
from exporter.stack.local.process import Program

ROOT = Path(__file__).parents[3]
#: Where scripts/fetch-servers puts servers, of this folder and of the repository.
_FETCHED = Path(".servers") / "bin"
#: Debian calls Alertmanager's program otherwise than its project does.
_FILES = {PROMETHEUS: ("prometheus",), ALERTMANAGER: ("alertmanager", "prometheus-alertmanager")}
_TIMEOUT = 0.3
#: The feed touches this file of the data folder at each draw.
ALIVE = "feed.alive"


def find_server(name: str) -> str | None:
    """The path of Prometheus or Alertmanager, fetched or installed; None when it is not here."""
    folders = [str(_FETCHED.absolute()), str(ROOT / _FETCHED), os.environ.get("PATH", os.defpath)]
    path = os.pathsep.join(folders)
    return next(filter(None, (shutil.which(file, path=path) for file in _FILES[name])), None)


class Programs:
    """Makes the programs for these settings and addresses."""

    def __init__(self, settings: Settings, at: Addresses, environment: Mapping[str, str]) -> None:
        self._at = at
        self._data = settings.LOTOFACIL_DATA_DIR
        self._environment = environment

    def make(self, names: Collection[str]) -> list[Program]:
        """The named ones, in the order in which they are best started."""
        makers = {
            MAILS: self._mails,
            EXPORTER: self._exporter,
            RETRAINER: self._retrainer,
            PROMETHEUS: self._prometheus,
            ALERTMANAGER: self._alertmanager,
            FEED: self._feed,
        }
        return [make(name) for name, make in makers.items() if name in names]

    def _exporter(self, name: str) -> Program:
        return self._program(name, _command("serve"), f"{self._at.url(name)}/-/ready")

    def _retrainer(self, name: str) -> Program:
        command = (sys.executable, "-m", "retrainer")
        return self._program(name, command, f"{self._at.url(name)}/-/ready")

    def _mails(self, name: str) -> Program:
        ports = (f"--smtp-port={self._at.smtp_port}", f"--page-port={self._at.port(name)}")
        return self._program(name, (*_command("demo", "mails"), *ports), self._at.url(name))

    def _feed(self, name: str) -> Program:
        fresh = partial(_is_newer, self._data / ALIVE, time.time())
        return Program(name, _command("demo", "feed"), fresh, self._environment)

    def _prometheus(self, name: str) -> Program:
        folder = self._data / name
        command = (
            find_server(name) or name,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={HOST}:{self._at.port(name)}",
            "--web.enable-lifecycle",
        )
        return self._program(name, command, f"{self._at.url(name)}/-/ready")

    def _alertmanager(self, name: str) -> Program:
        config = Path(self._environment["ALERTMANAGER_CONFIG"])
        command = (
            find_server(name) or name,
            f"--config.file={config}",
            f"--storage.path={self._data / name / 'data'}",
            f"--web.listen-address={HOST}:{self._at.port(name)}",
            "--cluster.listen-address=",
            "--enable-feature=receiver-name-in-metrics",
        )
        ready = f"{self._at.url(name)}/-/ready"
        return self._program(name, command, ready, config.is_file)  # the exporter writes it

    def _program(
        self,
        name: str,
        command: tuple[str, ...],
        ready_url: str,
        may_start: Callable[[], bool] = lambda: True,
    ) -> Program:
        is_ready = partial(_answers, ready_url)
        return Program(name, command, is_ready, self._environment, may_start)


def _command(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "exporter.cli", *words)


def _answers(url: str) -> bool:
    return ask(url, timeout=_TIMEOUT).is_good


def _is_newer(file: Path, moment: float) -> bool:
    return file.exists() and file.stat().st_mtime >= moment
