"""`lotofacil run` in an empty folder, as a newcomer starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.integration.local import NAMES, local_run
from tests.servers.process import find_program
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_everything_starts_shows_the_feed_and_leaves_nothing(tmp_path: Path) -> None:
    find_program("prometheus"), find_program("alertmanager")
    begun = time.monotonic()
    with local_run(tmp_path / "empty") as run:
        run.wait_until_ready()
        to_start = time.monotonic() - begun
        assert set(re.findall(r"✓ (\w+) ready", run.output)) == set(NAMES)
        query = 'sum(lotofacil_predictions_total{game="demo"})'
        assert wait_until(lambda: run.value(query), what="a sample of the feed")
        summary = requests.get(
            f"{run.exporter}/api/metrics/summary", timeout=PATIENCE_SECONDS
        ).json()
        assert 0 < summary["data"]["accuracy"]["current"] < 1
        assert errors_found_beside(run.folder) == []
        left = run.processes()
        assert len(left) > len(NAMES)
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(PATIENCE_SECONDS) == 0
        assert [process for process in left if process.is_running()] == []
    seconds = re.search(r"Stopped in ([\d.]+) s", run.output)
    assert seconds, run.output
    assert float(seconds[1]) < max(3, to_start), "three seconds, where the machine is not busy"
    assert sorted(path.name for path in run.folder.iterdir()) == ["data", "metrics.db"]
    assert not (run.folder / "data" / "run.env").exists()


def errors_found_beside(folder: Path) -> list[str]:
    """What the doctor calls an error in a second shell that has read the run's settings."""
    doctor = f"set -a; . data/run.env; set +a; exec {sys.executable} -m exporter.cli doctor"
    found = subprocess.run(
        ["bash", "-c", doctor],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.stdout, found.stderr
    return [line for line in found.stdout.splitlines() if line.startswith(("ERROR", "ERRO"))]


def test_a_killed_child_comes_back_and_a_killed_run_leaves_nothing(tmp_path: Path) -> None:
    with local_run(tmp_path / "empty", *(f"--without={name}" for name in NAMES[2:])) as run:
        run.wait_until_ready()
        exporter = next(p for p in run.processes() if "serve" in p.cmdline())
        exporter.kill()
        wait_until(lambda: run.output.count("✓ exporter ready") == 2, what="another exporter")
        assert "✗ exporter ended (code -9)" in run.output
        left = run.processes()
        run.process.kill()
        wait_until(lambda: not any(p.is_running() for p in left), what="the end of its processes")


def refusal(folder: Path, **environment: str) -> str:
    """What a run says that cannot start."""
    found = subprocess.run(
        [sys.executable, "-m", "exporter.cli", "run"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"LOTOFACIL_LANGUAGE": "en"} | environment,
    )
    assert found.returncode == 1
    return found.stderr


def test_what_is_in_the_way_is_told_in_one_line(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with local_run(tmp_path / "empty", *(f"--without={name}" for name in NAMES[1:])) as run:
        run.wait_until_ready()
        port = run.exporter.rpartition(":")[2]
        assert refusal(run.folder) == (
            "Error: `lotofacil run` has the folder data already: "
            "end it or set LOTOFACIL_DATA_DIR.\n"
        )
        assert refusal(other, EXPORTER_PORT=port) == (
            f"Error: port {port} is in use; EXPORTER_PORT chooses another\n"
        )
