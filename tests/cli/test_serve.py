"""What stands in the way of serving is one line that names the setting."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from exporter.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(**settings: str) -> str:
    """What is said, in one line; nothing was served."""
    done = CliRunner().invoke(main, ["serve"], env=settings)
    assert done.exit_code
    assert isinstance(done.exception, SystemExit), done.exception
    return done.output.strip().splitlines()[-1]


def test_a_data_folder_that_is_a_file(folder: Path) -> None:
    (folder / "data").write_text("")
    assert refused() == "Error: LOTOFACIL_DATA_DIR: cannot write in data: File exists"


def test_a_data_folder_that_cannot_be_made() -> None:
    assert refused(LOTOFACIL_DATA_DIR="/proc/nowhere") == (
        "Error: LOTOFACIL_DATA_DIR: cannot write in /proc/nowhere: No such file or directory"
    )


def test_a_spool_that_is_no_spool(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "spool.db").write_text("no database, but long enough for a header" * 20)
    line = refused()
    assert line == "Error: data/spool.db: the spool cannot be used: file is not a database"


def test_an_address_others_can_reach_needs_a_token() -> None:
    assert refused(EXPORTER_HOST="0.0.0.0").startswith("Error: EXPORTER_HOST: 0.0.0.0 is reachable")


def test_an_address_that_is_not_ours() -> None:
    line = refused(EXPORTER_HOST="256.1.1.1", EXPORTER_API_TOKEN="t", EXPORTER_PORT="0")
    assert line.startswith("Error: cannot listen on 256.1.1.1:0: ")


def test_settings_that_are_wrong_are_told_without_their_secrets() -> None:
    line = refused(DATABASE_URL="oracle://u:hunter2@h/m")
    assert line.startswith("Error: DATABASE_URL: must be sqlite:///FILE")
    assert "hunter2" not in line
