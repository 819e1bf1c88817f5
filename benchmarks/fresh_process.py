"""What a fresh process costs that imports us and does one thing, beside one that imports Flask."""

import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import Result, absolute, at_most, in_turn
from benchmarks.serving import EXPORTER, serving
from exporter.stack.local.programs import ROOT

_FLOOR = ["-c", "import flask"]
_HELP = ["-m", "exporter.cli", "--help"]
#: The last that a process does; what waits is delivered before.
_PEAK = """
import atexit, pathlib
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text()))
"""
_RECORD = """
from api.metrics_service import metrics_service
metrics_service.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1")
"""


def fresh_processes(rounds: int) -> list[Result]:
    """Processor time of each from start to end, and peak memory of those that record."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        serving(EXPORTER, Path(folder)) as port,
    ):
        over_http = {"EXPORTER_URL": f"http://127.0.0.1:{port}"}
        return [
            *_recording(rounds, "recording once into SQLite", {}, seconds=4, megabytes=60),
            *_recording(rounds, "recording once over HTTP", over_http, seconds=2.5, megabytes=45),
            _time(rounds, "lotofacil --help, a fresh process", _HELP, {}, 2),
        ]


def _recording(
    rounds: int, name: str, settings: Mapping[str, str], *, seconds: float, megabytes: float
) -> list[Result]:
    return [
        _time(rounds, f"{name}, a fresh process", ["-c", _RECORD], settings, seconds),
        absolute(f"memory of {name}", "MB", megabytes, _peak(settings)),
    ]


def _peak(settings: Mapping[str, str]) -> float:
    """Most megabytes at once, of this program alone: who starts it may be larger."""
    said = _run(["-c", _PEAK + _RECORD], settings)[1]
    return int(re.findall(r"VmHWM:\s+(\d+) kB", said)[0]) / 1024


def _time(
    rounds: int, name: str, command: list[str], settings: Mapping[str, str], target: float
) -> Result:
    measured = in_turn(rounds, lambda: _run(command, settings)[0], lambda: _run(_FLOOR, {})[0])
    return at_most(name, "s", target, measured)


def _run(command: list[str], settings: Mapping[str, str]) -> tuple[float, str]:
    """Processor seconds of a Python in an empty folder, and what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        said = subprocess.check_output(  # noqa: S603 - our own Python
            [sys.executable, *command], cwd=folder, env=environment, text=True
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said
