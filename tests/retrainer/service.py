"""The retrainer as its users start it: a process of its own."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until

COMMAND = [sys.executable, "-m", "retrainer"]


def environment(folder: Path, database_url: str, **settings: str) -> dict[str, str]:
    """Settings of a retrainer that keeps its data in a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DATABASE_URL": database_url, "LOTOFACIL_DATA_DIR": str(folder / "data")}
    return kept | own | {"LOTOFACIL_LANGUAGE": "en"} | settings


@dataclass
class RunningRetrainer:
    """A retrainer process, and what a test asks it."""

    url: str
    server: Server

    def retrain(self, **fields: Any) -> None:
        url = f"{self.url}/retrain"
        requests.post(url, json=fields, timeout=PATIENCE_SECONDS).raise_for_status()

    def seen(self) -> dict[str, Any]:
        """The data of /runs."""
        answer = requests.get(f"{self.url}/runs", timeout=PATIENCE_SECONDS)
        data: dict[str, Any] = answer.json()["data"]
        return data

    def outcomes(self) -> list[str | None]:
        """Outcomes of all runs, oldest first."""
        return [run["outcome"] for run in self.seen()["runs"]][::-1]

    def wait_for(self, *outcomes: str | None) -> None:
        wait_until(lambda: self.outcomes() == list(outcomes), what=f"runs that end {outcomes}")


def start(folder: Path, settings: Mapping[str, str]) -> RunningRetrainer:
    """Starts a retrainer and waits until it is ready."""
    port = free_port()
    words = [f"{name}={value}" for name, value in settings.items()]
    command = ["env", "-i", *words, f"RETRAINER_PORT={port}", *COMMAND]
    url = f"http://127.0.0.1:{port}"
    server = Server(command, folder / f"retrainer-{port}.log")
    server.wait_until_ready(lambda: answers(f"{url}/-/ready"))
    return RunningRetrainer(url, server)
