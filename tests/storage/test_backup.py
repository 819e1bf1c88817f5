"""Backups are whole, private and verified, and can be restored from any engine into any."""

import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import DAY
from exporter.storage import backup, dump, migrate, schema
from exporter.storage.backup import BackupFailed
from exporter.storage.dump import DamagedBackup
from exporter.storage.engine import reading, writing
from exporter.storage.restore import RestoreRefused, restore
from exporter.storage.verification import verify
from tests.databases import copy_of, opened
from tests.storage.records import MONDAY, draw_time, record, store, stored, ticket

#: SQLite copies itself; the others are read out row by row.
DUMPED = pytest.mark.parametrize(
    "migrated_url", ["postgres_template", "mariadb_template"], indirect=True
)


@pytest.fixture(autouse=True)
def history(engine: Engine) -> None:
    store(engine, *(ticket(f"é{n}", draw_time(n), numbers=range(1, 17)) for n in (100, 101, 102)))
    record(engine, 100, prizes={14: 100_000})
    record(engine, 101)


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database with the newest schema."""
    with opened(copy_of(sqlite_template, tmp_path / "other.db")) as made:
        yield made


def write(engine: Engine, folder: Path, *, compress: bool = True, now: int = MONDAY) -> Path:
    return backup.write(engine, folder, compress=compress, retention_days=30, now=now)


def content(engine: Engine) -> dict[str, set[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: {tuple(row) for row in connection.execute(select(table))}
            for table in schema.METADATA.sorted_tables
            if table.name != "maintenance"
        }


@pytest.mark.parametrize("compress", [True, False])
def test_a_backup_restores_into_another_engine(
    engine: Engine, other: Engine, tmp_path: Path, compress: bool
) -> None:
    path = write(engine, tmp_path / "backups", compress=compress)
    restore(other, path)
    assert content(other) == content(engine)
    assert verify(other, KNOWN_GAMES).differences == ()


def test_a_database_restores_from_another_engine_and_goes_on(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    restore(other, write(engine, tmp_path))
    with writing(engine) as connection:
        for table in reversed(schema.METADATA.sorted_tables):
            connection.execute(table.delete())
    restore(engine, write(other, tmp_path, now=MONDAY + DAY))
    store(engine, ticket("new", draw_time(102)))
    assert record(engine, 102) == "new"
    assert content(engine)["predictions"] > content(other)["predictions"]
    assert verify(engine, KNOWN_GAMES).differences == ()


def test_a_backup_is_private_and_leaves_nothing_beside_it(engine: Engine, tmp_path: Path) -> None:
    path = write(engine, tmp_path / "new" / "folder")
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with reading(engine) as connection:
        note = connection.execute(select(schema.maintenance)).one()
    assert (note.kind, note.detail, note.ended_at) == ("backup", str(path), MONDAY)


def test_older_backups_go_and_foreign_files_stay(engine: Engine, tmp_path: Path) -> None:
    old = write(engine, tmp_path, now=MONDAY - 31 * DAY)
    recent = write(engine, tmp_path, now=MONDAY - 29 * DAY)
    foreign = tmp_path / "lotofacil-notes.db"
    foreign.touch()
    path = write(engine, tmp_path)
    assert not old.exists()
    assert set(tmp_path.glob("lotofacil-*")) >= {recent, foreign, path}


def test_a_backup_that_fails_leaves_older_ones(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write(engine, tmp_path / "b", now=MONDAY - 31 * DAY)

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_flush", broken)
    with pytest.raises(BackupFailed, match=r"cannot write .*: No space left on device"):
        write(engine, tmp_path / "b")
    assert list((tmp_path / "b").iterdir()) == [old]


def test_a_folder_that_cannot_be_made_is_told_in_one_line(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupFailed) as caught:
        write(engine, tmp_path / "file")
    assert str(caught.value).startswith("backup_path: cannot write ")
    assert "\n" not in str(caught.value)


@DUMPED
def test_a_dump_that_loses_a_row_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "count_rows", lambda _: {"predictions": 99})
    with pytest.raises(BackupFailed, match="other rows than the database"):
        write(engine, tmp_path)
    assert not list(tmp_path.glob("*lotofacil*"))


def test_only_an_empty_database_is_restored_into(engine: Engine, tmp_path: Path) -> None:
    path = write(engine, tmp_path)
    with pytest.raises(RestoreRefused, match="this database is not empty"):
        restore(engine, path)
    assert stored(engine) == 3


def test_a_backup_of_another_schema_is_refused(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    with writing(other) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(RestoreRefused, match=f"has schema {migrate.head()}, this database 0000"):
        restore(other, path)


def test_a_backup_of_another_schema_with_the_same_tables_goes_in(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    migrate.downgrade(other, "0001")
    assert restore(other, path)["predictions"] == stored(other) == 3


def test_a_damaged_backup_is_refused_and_changes_nothing(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    whole = gzip.decompress(path.read_bytes())
    for broken in (
        b"",
        b"nonsense",
        path.read_bytes()[:-40],
        gzip.compress(whole[: len(whole) // 2]),
    ):
        path.write_bytes(broken)
        with pytest.raises(DamagedBackup):
            restore(other, path)
        assert stored(other) == 0


def test_the_new_backup_is_never_the_one_that_goes(engine: Engine, tmp_path: Path) -> None:
    path = backup.write(engine, tmp_path, compress=True, retention_days=0, now=MONDAY)
    assert path.exists()
