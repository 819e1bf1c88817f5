"""Backups are whole, private and verified, and can be restored from any engine into any."""

import gzip
import hashlib
import multiprocessing
import os
import resource
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import DAY
from exporter.storage import backup, backup_files, dump, migrate, schema
from exporter.storage.backup import BackupFailed
from exporter.storage.backup_files import secluded
from exporter.storage.dump import DamagedBackup
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.restore import RestoreRefused, restore
from exporter.storage.verification import verify
from tests.databases import opened
from tests.storage.records import MONDAY, draw_time, record, store, stored, ticket

SPAWN = multiprocessing.get_context("spawn")
#: SQLite copies itself; the others are read out row by row.
DUMPED = pytest.mark.parametrize(
    "migrated_url", ["postgres_template", "mariadb_template"], indirect=True
)


@pytest.fixture(autouse=True)
def history(engine: Engine) -> None:
    store(engine, *(ticket(f"é{n}", draw_time(n), numbers=range(1, 17)) for n in (100, 101, 102)))
    record(engine, 100, prizes={14: 100_000})
    record(engine, 101)


def write(engine: Engine, folder: Path, *, compress: bool = True, now: int = MONDAY) -> Path:
    return backup.write(engine, folder, compress=compress, retention_days=30, now=now)


def visible(folder: Path) -> set[Path]:
    return {path for path in folder.iterdir() if not path.name.startswith(".")}


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def in_child(*arguments: Any) -> Any:
    """What a function gives in a process of its own."""
    with ProcessPoolExecutor(1, SPAWN) as child:
        return child.submit(*arguments).result()


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
    restore(other, path, tmp_path)
    assert content(other) == content(engine)
    assert verify(other, KNOWN_GAMES).differences == ()


def test_a_database_restores_from_another_engine_and_goes_on(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    restore(other, write(engine, tmp_path), tmp_path)
    with writing(engine) as connection:
        for table in reversed(schema.METADATA.sorted_tables):
            connection.execute(table.delete())
    restore(engine, write(other, tmp_path, now=MONDAY + DAY), tmp_path)
    store(engine, ticket("new", draw_time(102)))
    assert record(engine, 102) == "new"
    assert content(engine)["predictions"] > content(other)["predictions"]
    assert verify(engine, KNOWN_GAMES).differences == ()


def test_a_backup_is_private_and_leaves_nothing_beside_it(engine: Engine, tmp_path: Path) -> None:
    path = write(engine, tmp_path / "new" / "folder")
    files = {path, backup_files.beside(path), path.parent / ".lotofacil-backup.lock"}
    assert set(path.parent.iterdir()) == files
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
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
    assert not backup_files.beside(old).exists()
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
    assert visible(tmp_path / "b") == {old, backup_files.beside(old)}


def test_a_folder_that_cannot_be_made_is_told_in_one_line(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupFailed) as caught:
        write(engine, tmp_path / "file")
    assert str(caught.value).startswith("backup_path: cannot write into ")
    assert "\n" not in str(caught.value)


@DUMPED
def test_a_dump_that_loses_a_row_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "count_rows", lambda _: {"predictions": 99})
    with pytest.raises(BackupFailed, match="other rows than the database"):
        write(engine, tmp_path)
    assert not visible(tmp_path)


def test_only_an_empty_database_is_restored_into(engine: Engine, tmp_path: Path) -> None:
    path = write(engine, tmp_path)
    with pytest.raises(RestoreRefused, match="this database is not empty"):
        restore(engine, path, tmp_path)
    assert stored(engine) == 3


def test_a_backup_of_another_schema_is_refused(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    with writing(other) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(RestoreRefused, match=f"has schema {migrate.head()}, this database 0000"):
        restore(other, path, tmp_path)


def test_a_backup_of_another_schema_with_the_same_tables_goes_in(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    migrate.downgrade(other, "0001")
    assert restore(other, path, tmp_path).rows["predictions"] == stored(other) == 3


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
            restore(other, path, tmp_path)
        assert stored(other) == 0


def test_the_new_backup_is_never_the_one_that_goes(engine: Engine, tmp_path: Path) -> None:
    path = backup.write(engine, tmp_path, compress=True, retention_days=0, now=MONDAY)
    assert path.exists()


def write_apart(url: str, folder: Path) -> Path:
    with opened(url) as engine:
        return write(engine, folder)


def test_several_at_once_come_one_after_another(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "b"
    with ProcessPoolExecutor(3, SPAWN) as children:
        paths = list(children.map(write_apart, [address(engine)] * 3, [folder] * 3))
    assert len(set(paths)) == 3
    assert visible(folder) == {*paths, *map(backup_files.beside, paths)}
    assert restore(other, paths[1], tmp_path).checked
    assert content(other) == content(engine)


def test_whoever_waits_too_long_is_told_in_one_line(engine: Engine, tmp_path: Path) -> None:
    with secluded(tmp_path / ".lotofacil-backup", 0), pytest.raises(BackupFailed) as caught:
        backup.write(engine, tmp_path, compress=True, retention_days=None, now=MONDAY, patience=0.1)
    assert str(caught.value) == (
        f"backup_path: cannot write into {tmp_path}: another backup has been under way there"
        " for 0.1 s; try again later"
    )


def killed_while_writing(url: str, folder: Path) -> None:
    backup_files.line = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    write_apart(url, folder)


def test_what_a_killed_one_left_goes_with_the_next(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    with pytest.raises(BrokenProcessPool):
        in_child(killed_while_writing, address(engine), folder)
    assert list((folder / ".lotofacil-backup").iterdir())
    for leftover in (
        ".lotofacil-20250101T000000Z.db.gz.part",  # of earlier versions
        ".lotofacil-20250101T000000Z.db.gz.plain-journal",
        "lotofacil-20250101T000000Z.db.gz.sha256",
    ):
        (folder / leftover).touch()
    foreign = folder / "others.sha256"
    foreign.touch()
    path = write(engine, folder)
    assert visible(folder) == {path, backup_files.beside(path), foreign}
    assert {file.name for file in folder.glob(".*")} == {".lotofacil-backup.lock"}


def write_on_a_full_disk(url: str, folder: Path) -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (900, resource.RLIM_INFINITY))
    engine = create_engine_for(url)
    with pytest.raises(BackupFailed) as caught:
        write(engine, folder)
    return str(caught.value)


def test_a_full_disk_is_told_in_one_line_and_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    said = in_child(write_on_a_full_disk, address(engine), tmp_path)
    assert said.startswith(f"backup_path: cannot write into {tmp_path}: ")
    assert "\n" not in said
    assert {file.name for file in tmp_path.glob("*loto*")} == {".lotofacil-backup.lock"}


def test_a_backup_that_is_in_use_as_a_database_stays(engine: Engine, tmp_path: Path) -> None:
    """Somebody may have gone on in it as it was."""
    old = write(engine, tmp_path, compress=False, now=MONDAY - 31 * DAY)
    if engine.dialect.name == "sqlite":
        with opened(f"sqlite:///{old}") as going_on:
            write(going_on, tmp_path)
        assert old.exists()


def test_the_checksum_is_as_sha256sum_writes_it(engine: Engine, tmp_path: Path) -> None:
    path = write(engine, tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert backup_files.beside(path).read_text() == f"{digest}  {path.name}\n"


def test_what_does_not_match_its_checksum_is_refused(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    path = write(engine, tmp_path)
    for noted in (f"{'0' * 64}  {path.name}\n", "", "nonsense"):
        backup_files.beside(path).write_text(noted)
        with pytest.raises(DamagedBackup, match="is not what was backed up"):
            restore(other, path, tmp_path)
    assert stored(other) == 0
    backup_files.beside(path).unlink()
    assert not restore(other, path, tmp_path).checked
    assert content(other) == content(engine)
