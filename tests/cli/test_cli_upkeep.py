"""Backup, restore, cleanup and rollups, as an operator calls them."""

from pathlib import Path

import pytest
from sqlalchemy import text

from exporter.storage.engine import writing
from tests.commands import lotofacil
from tests.databases import opened
from tests.storage.records import draw_time, record, store, ticket


@pytest.fixture(autouse=True)
def records(database: str) -> None:
    with opened(database) as engine:
        store(engine, ticket("a", draw_time(100)), ticket("waits", draw_time(101)))
        record(engine, 100)


def test_a_backup_is_restored_into_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    done = lotofacil("backup", "copies", "--retention-days", "30")
    assert done.exit_code == 0
    (path,) = Path("copies").glob("*.gz")
    assert done.stdout.startswith(f"Verified backup: {path} (")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")
    restored = lotofacil("restore", str(path))
    assert (restored.exit_code, "rows restored from" in restored.stdout) == (0, True)
    assert lotofacil("rollups", "verify").exit_code == 0
    assert restored.stderr == ""
    again = lotofacil("restore", str(path))
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: this database is not empty")


def test_a_folder_that_cannot_be_written_is_one_line() -> None:
    Path("file").touch()
    done = lotofacil("backup", "file")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("Error: backup_path: cannot write into file: ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["restore", "none.db"], "File 'none.db' does not exist"),
        (["restore", "."], "is a directory"),
        (["cleanup", "--days", "0"], "0 is not in the range"),
        (["backup", "--retention-days", "soon"], "'soon' is not a valid integer"),
        (["rollups", "mend"], "No such command 'mend'"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments: list[str], reason: str) -> None:
    done = lotofacil(*arguments)
    assert done.exit_code == 2
    assert reason in done.stderr.splitlines()[-1]


def test_a_file_that_is_no_backup_is_refused() -> None:
    Path("notes.jsonl").write_text("dear diary")
    done = lotofacil("restore", "notes.jsonl")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)


def test_a_backup_without_a_checksum_is_restored_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lotofacil("backup", "copies")
    (checksum,) = Path("copies").glob("*.sha256")
    checksum.unlink()
    (path,) = Path("copies").glob("*.gz")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")
    restored = lotofacil("restore", str(path))
    assert restored.exit_code == 0
    assert restored.stderr.startswith(f"{path} has no checksum beside it")


@pytest.mark.parametrize("damage", [b"nonsense", bytes(range(256)) * 40])
def test_a_damaged_backup_is_one_line(monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    lotofacil("backup", "copies")
    (path,) = Path("copies").glob("*.gz")
    whole = path.read_bytes()
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")
    for content in (damage, whole[:200] + damage, whole[:2000] + damage + whole[2000:]):
        path.write_bytes(content)
        for checksum in Path("copies").glob("*.sha256"):
            done = lotofacil("restore", str(path))
            assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
            assert "is not what was backed up" in done.stderr
            checksum.rename(checksum.with_suffix(".away"))
        done = lotofacil("restore", str(path))
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)


def test_a_size_that_is_none_is_refused() -> None:
    Path("x.jsonl").touch()
    for size in ("big", "0"):
        done = lotofacil("restore", "x.jsonl", "--max-size", size)
        assert done.exit_code == 2


def test_a_clean_up_is_told_and_seen_by_the_verification() -> None:
    done = lotofacil("cleanup", "--days", "90")
    assert done.stdout == "1 predictions older than 90 days deleted; totals and scores stay.\n"
    found = lotofacil("rollups", "verify")
    assert found.exit_code == 0
    header, first, *_, last = found.stdout.splitlines()
    assert header.split() == ["table", "compared", "not", "covered", "differing"]
    assert first.split()[0] == "totals"
    assert last.startswith("Raw rows before ")


def test_what_differs_is_named_and_put_right(database: str) -> None:
    with opened(database) as engine, writing(engine) as connection:
        connection.execute(text("UPDATE totals SET value = 9 WHERE measure = 'predictions'"))
    found = lotofacil("rollups", "verify")
    assert found.exit_code == 1
    place = "model_id 1 measure predictions bucket 0"
    assert found.stderr == f"totals: {place}: stored 9, recomputed 2\n"
    assert lotofacil("rollups", "rebuild").stdout == "1 figures put right.\n"
    assert lotofacil("rollups", "verify").exit_code == 0


def test_a_database_that_cannot_be_reached_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///none/at/all.db")
    for arguments in (["rollups", "verify"], ["backup"], ["cleanup"]):
        done = lotofacil(*arguments)
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
