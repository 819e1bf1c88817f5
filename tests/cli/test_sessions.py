"""What every command that has an application shares: how it ends where something is in the way."""

from pathlib import Path

import pytest

from tests.commands import lotofacil


@pytest.mark.parametrize("command", [["backup"], ["cleanup"], ["replay", "--draws", "1"]])
def test_a_spool_that_is_no_spool_is_one_line(database: str, command: list[str]) -> None:
    assert database
    Path("data").mkdir()
    Path("data/spool.db").write_text("no database, but long enough for a header" * 20)
    done = lotofacil(*command)
    assert done.exit_code == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("Error: ")
    assert "data/spool.db" in line
    assert line.endswith("cannot be used: file is not a database")


def test_a_log_folder_that_is_a_file_stops_nothing(database: str) -> None:
    assert database
    Path("data").mkdir()
    Path("data/logs").write_text("")
    assert lotofacil("cleanup").exit_code == 0
