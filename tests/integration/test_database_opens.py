"""Nobody but SQLite opens its files, in any program of the product.

Python tells of every file that it opens; what SQLite opens, it does not hear of.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
import requests

from tests.integration.predictions import prediction
from tests.integration.site import RETRAINER, Site
from tests.servers.process import PROJECT
from tests.servers.waiting import answers

pytestmark = [pytest.mark.integration, pytest.mark.slow]

#: Runs at the start of every Python program, children too, whose PYTHONPATH begins with its folder.
WATCH = """
import os, sys, traceback

told = os.open(os.environ["OPENS_TOLD_IN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
watched = os.environ["OPENS_OF"].split(os.pathsep)

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(tuple(watched)) and os.path.exists(path):
            os.write(told, f"{path}: {traceback.format_stack()[-4:]}\\n".encode())

sys.addaudithook(watch)
"""
#: What a script does: its forked child, too.
SCRIPT = """
import os
from api.metrics_service import metrics_service

def record(count):
    for _ in range(count):
        metrics_service.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1")
    assert metrics_service.flush()

record(5)
child = os.fork()
if child == 0:
    record(5)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
record(5)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Its programs tell which of SQLite's files they open."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    made = Site(tmp_path / "site")
    made.environment |= {
        "PYTHONPATH": f"{tmp_path / 'watch'}{os.pathsep}{PROJECT}",
        "OPENS_OF": f"{made.database}{os.pathsep}{made.spool}",
        "OPENS_TOLD_IN": str(tmp_path / "opens.txt"),
    }
    with closing(made):
        yield made


def run(site: Site, script: str) -> None:
    command = [sys.executable, "-c", script]
    subprocess.run(command, env=site.environment, cwd=site.folder, check=True, timeout=300)


def test_sqlite_alone_opens_its_files(site: Site, tmp_path: Path) -> None:
    exporter = site.serve()
    for number in range(5):
        body = prediction(f"{number}", Random(number))
        assert requests.post(f"{site.url}/api/predictions", json=body, timeout=60).ok
    for page in ("/dashboard", "/metrics", "/api/metrics/summary", "/api/predictions"):
        assert site.get(page).ok
    retrainer = site.start(*RETRAINER)
    ready = f"http://127.0.0.1:{site.environment['RETRAINER_PORT']}/-/ready"
    retrainer.wait_until_ready(lambda: answers(ready))
    run(site, SCRIPT)
    commands = ("backup", "cleanup", "doctor", "rollups verify", "rollups rebuild")
    codes = {command: site.run(*command.split()).returncode for command in commands}
    retrainer.stop()
    exporter.stop()
    assert codes == dict.fromkeys(commands, 0) | {"doctor": 1}  # there is no Prometheus
    assert (tmp_path / "opens.txt").read_text() == ""


def test_an_open_would_be_told(site: Site, tmp_path: Path) -> None:
    site.database.touch()
    run(site, f"open({str(site.database)!r}).close()")
    assert str(site.database) in (tmp_path / "opens.txt").read_text()
