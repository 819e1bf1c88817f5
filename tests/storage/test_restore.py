"""What a restore takes in: no more than there is room for, and no database in use."""

import gzip
import multiprocessing
import resource
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exporter.storage import backup, migrate
from exporter.storage.backup_files import secluded
from exporter.storage.dump import DamagedBackup
from exporter.storage.restore import RestoreRefused, restore
from tests.databases import copy_of, opened
from tests.storage.records import MONDAY


@pytest.fixture
def source(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    with opened(copy_of(sqlite_template, tmp_path / "source.db")) as made:
        yield made


HEAD = b'{"format":1,"revision":"%s"}\n{"table":"models","columns":["id"]}\n' % (
    migrate.head().encode()
)


def restore_bomb(url: str, path: Path, workplace: Path) -> tuple[str, int]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened(url) as engine, pytest.raises((RestoreRefused, DamagedBackup)) as caught:
        restore(engine, path, workplace)
    return str(caught.value), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bomb.db.gz", b" ", "holds more than 100000000 bytes: give a larger --max-size"),
        ("bomb.jsonl.gz", b" ", "a line has 40000000 signs or more"),
        ("bomb.jsonl.gz", HEAD + b"[" + b"[],[]," * 6_000_000 + b"[]]", "a line is not JSON as"),
    ],
)
def test_what_unpacks_without_end_is_refused_early(
    other: Engine, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """600 MB in 600 kB: little of it is ever unpacked, and none stays."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(content * (10_000_000 // len(content) or 1)) * 60)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as child:
        said, kilobytes = child.submit(restore_bomb, str(other.url), path, tmp_path).result()
    assert reason in said
    assert kilobytes < 200_000
    assert {file.name for file in tmp_path.glob(".*")} <= {".lotofacil-restore.lock"}


def test_a_size_that_is_given_is_held(source: Engine, other: Engine, tmp_path: Path) -> None:
    path = backup.write(source, tmp_path, compress=True, retention_days=None, now=MONDAY)
    with pytest.raises(RestoreRefused, match="holds more than 9000 bytes"):
        restore(other, path, tmp_path, max_size=9_000)
    restore(other, path, tmp_path, max_size=90_000_000)


def test_a_database_in_use_is_no_backup(other: Engine, tmp_path: Path) -> None:
    """What is in its -wal would be missing, and to open the file is SQLite's own business."""
    own = Path(str(other.url.database))
    shutil.copy(own, tmp_path / "copy.db")
    (tmp_path / "copy.db-wal").write_bytes(b"x")
    for path in (own, tmp_path / "copy.db"):
        with pytest.raises(RestoreRefused, match="is a database in use"):
            restore(other, path, tmp_path)


def test_a_second_restore_is_told_of_the_first(
    source: Engine, other: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.storage.restore._PATIENCE", 0.1)
    path = backup.write(source, tmp_path, compress=True, retention_days=None, now=MONDAY)
    with (
        secluded(tmp_path / ".lotofacil-restore", 0),
        pytest.raises(RestoreRefused, match="another restore is under way"),
    ):
        restore(other, path, tmp_path)


def test_what_a_killed_restore_left_goes_with_the_next(
    source: Engine, other: Engine, tmp_path: Path
) -> None:
    left = tmp_path / ".lotofacil-restore" / "backup.db-journal"
    left.parent.mkdir()
    left.touch()
    path = backup.write(source, tmp_path, compress=True, retention_days=None, now=MONDAY)
    restore(other, path, tmp_path)
    assert not left.parent.exists()
