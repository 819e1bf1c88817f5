"""Half-sent requests, busy clients, large bodies by the hundreds: the others are served."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
import requests

from tests.integration.besiegers import KINDS
from tests.retrainer.service import environment, start
from tests.servers.ports import free_port
from tests.servers.process import PROJECT, Server
from tests.servers.waiting import answers, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

#: Longer for those who want to see it: 120 is what is promised.
SECONDS = float(os.environ.get("SIEGE_SECONDS", "8"))
#: Monitoring is answered within a second; a machine that also runs other tests gets some more.
LONGEST = float(os.environ.get("SIEGE_LONGEST", "3"))
TOKEN = {"Authorization": "Bearer right"}
TICKET = {"game_type": "lotofacil", "numbers": list(range(1, 16))}


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an exporter that wants a token for writing, and its log."""
    folder, port = tmp_path_factory.mktemp("siege"), free_port()
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'metrics.db'}",
        "LOTOFACIL_DATA_DIR": str(folder),
        "EXPORTER_PORT": str(port),
        "EXPORTER_API_TOKEN": "right",
        "EXPORTER_ANONYMOUS_READ": "true",
    }
    command = [sys.executable, "-m", "exporter.cli", "serve"]
    log = folder / "exporter.log"
    server = Server(command, log, environment=os.environ | settings, folder=PROJECT)
    url = f"http://127.0.0.1:{port}"
    server.wait_until_ready(lambda: answers(f"{url}/-/ready"))
    yield url, log
    server.stop()


@pytest.fixture(scope="module")
def retrainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("besieged")
    database = f"sqlite:///{folder / 'metrics.db'}"
    running = start(folder, environment(folder, database, RETRAINER_TOKEN="right"))
    yield running.url
    running.server.stop()


@contextmanager
def besieged(url: str, kind: str) -> Iterator[dict[str, int]]:
    """While unwanted clients are at it; filled with what they tell at the end."""
    told: dict[str, int] = {}
    given = [kind, url.rpartition(":")[2], str(SECONDS)]
    command = [sys.executable, "-m", "tests.integration.besiegers", *given]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE)
    try:
        yield told
        output, _ = process.communicate(timeout=SECONDS + 60)
    finally:
        process.kill()
        process.wait()
    told.update(json.loads(output))


def assert_served_in_time(url: str, **posted: Any) -> None:
    """A new client's question, answered before long."""
    began = time.monotonic()
    answer = requests.request("POST" if posted else "GET", url, timeout=30, **posted)
    seconds = time.monotonic() - began
    assert answer.ok, answer.text
    assert seconds < LONGEST, f"{url} took {seconds:.1f} s"


@pytest.mark.parametrize("kind", KINDS)
def test_an_exporter_under_siege_serves_the_others(exporter: tuple[str, Path], kind: str) -> None:
    url, log = exporter
    files = set(Path(gettempdir()).glob("tmp*"))
    lines = len(log.read_text().splitlines())
    with besieged(url, kind) as ends:
        end = time.monotonic() + SECONDS * 0.8
        while time.monotonic() < end:
            assert_served_in_time(f"{url}/-/healthy")
            assert_served_in_time(f"{url}/metrics")
            posted = requests.post(f"{url}/api/predictions", json=TICKET, headers=TOKEN, timeout=30)
            assert posted.status_code == 201
    assert set(ends) <= {"held", "served", "HTTP/1.1 401 Unauthorized", "reset"}, ends
    assert set(Path(gettempdir()).glob("tmp*")) <= files
    assert len(log.read_text().splitlines()) - lines < 20


def test_a_retrainer_under_siege_takes_its_webhooks(retrainer: str) -> None:
    body = {"version": "4", "alerts": []}
    for kind in ("half-a-request", "large-body"):
        with besieged(retrainer, kind):
            end = time.monotonic() + SECONDS * 0.8
            while time.monotonic() < end:
                assert_served_in_time(f"{retrainer}/webhook", json=body, headers=TOKEN)
                assert_served_in_time(f"{retrainer}/-/healthy")


def test_after_a_siege_nothing_is_left_of_it(exporter: tuple[str, Path]) -> None:
    url, _ = exporter

    def connections() -> int:
        page = requests.get(f"{url}/metrics", timeout=30).text
        (line,) = (
            row for row in page.splitlines() if row.startswith("lotofacil_http_connections ")
        )
        return int(float(line.split()[1]))

    wait_until(lambda: connections() <= 3, what="the end of the besiegers' connections")
