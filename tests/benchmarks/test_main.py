"""`make bench` in small: everything runs and is written; how fast it is, is not asserted here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import Bench, main
from benchmarks.measuring import Result, absolute, at_most
from benchmarks.report import BEGIN, END, aligned, rows, write_page
from tests.servers.process import PROJECT, find_program

RESULT = at_most("one call", "µs", 2.5, (30.0, 20.0, 1.5))


def page_of(results: list[Result], path: Path) -> str:
    write_page(path, [("Python", "3.11")], results)
    return path.read_text("utf-8")


def test_a_ratio_is_judged_by_its_target() -> None:
    assert RESULT.met
    assert not at_most("one call", "µs", 1.2, (30.0, 20.0, 1.5)).met
    assert absolute("statements", "statements", 0, 0).met


def test_the_page_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"# Costs\n\n{BEGIN}\nold\n{END}\n\nWhat was learnt.\n")
    text = page_of([RESULT], path)
    assert "| one call | 30 µs | 20 µs | 1.50 | <= 2.5 x floor | yes |" in text
    assert text.startswith("# Costs\n")
    assert text.endswith("What was learnt.\n")
    assert "old" not in text
    assert page_of([RESULT], path) == text


def test_the_table_is_aligned() -> None:
    first, second = aligned(rows([RESULT])).splitlines()
    assert first.index("floor") == second.index("20 µs")


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.timeout(1200)
def test_every_measurement_runs(tmp_path: Path) -> None:
    for program in ("postgres", "prometheus", "alertmanager"):
        find_program(program)
    command = [sys.executable, "-m", "benchmarks", "--quick", "--to", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "benchmarks" / "results.json").read_text())
    assert len(results) == 31, done.stdout
    for one in results:
        assert {"name", "value", "floor", "ratio", "target", "met"} <= one.keys()
    assert str(Path.home()) not in (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")


def test_a_measurement_that_fails_leaves_the_others_and_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken() -> Result:
        raise RuntimeError("no room")

    both = {"broken": broken, "sound": lambda: RESULT}
    monkeypatch.setattr(Bench, "measurements", lambda _self: both)
    done = CliRunner().invoke(main, ["--to", str(tmp_path)])
    assert done.exit_code == 1
    assert "one call" in done.stdout
    assert "failed, so nothing was written: broken" in done.stderr
    assert "no room" in done.stderr
    assert not list(tmp_path.iterdir())
