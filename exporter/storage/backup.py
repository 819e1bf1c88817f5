"""Backups: a consistent copy, written aside, verified, and only then put in place of older ones.

An SQLite database is copied as it is (`.db`), any other as JSON lines (`.jsonl`).
"""

import gzip
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

from sqlalchemy import Engine, insert

from exporter.domain.moments import from_micros
from exporter.storage import dump
from exporter.storage.engine import reading, writing
from exporter.storage.schema import maintenance

_NAME = re.compile(r"lotofacil-(\d{8}T\d{6}Z)\.(db|jsonl)(\.gz)?")
_STAMP = "%Y%m%dT%H%M%SZ"


class BackupFailed(OSError):
    """The backup could not be written or did not verify; older ones are untouched."""


def write(
    engine: Engine, folder: Path, *, compress: bool, retention_days: int | None, now: int
) -> Path:
    """Writes a verified backup into `folder`; then removes ones older than `retention_days`.

    Returns its path, a file only its owner may read. Raises BackupFailed.
    """
    suffix = "db" if engine.dialect.name == "sqlite" else "jsonl"
    name = f"lotofacil-{from_micros(now).strftime(_STAMP)}.{suffix}{'.gz' if compress else ''}"
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _written_aside(path) as part:
            (_copy if suffix == "db" else _dump)(engine, part, compress=compress)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(f"backup_path: cannot write {path}: {why}") from error
    _note(engine, path, now)
    if retention_days is not None:
        _remove_older(folder, from_micros(now) - timedelta(days=retention_days), keep=path)
    return path


@contextmanager
def _written_aside(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name when all went well, and is on the disk by then."""
    part = path.with_name(f".{path.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        yield part
        _flush(part)
        part.replace(path)
        _flush(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(engine: Engine, part: Path, *, compress: bool) -> None:
    """SQLite's own online copy: writers go on beside it."""
    plain = part.with_suffix(".plain") if compress else part
    os.close(os.open(plain, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        _copy_online(engine, plain)
        if compress:
            with plain.open("rb") as raw, gzip.open(part, "wb", 6) as packed:
                shutil.copyfileobj(raw, packed)
            _check_packed(plain, part)
    finally:
        if compress:
            plain.unlink(missing_ok=True)


def _copy_online(engine: Engine, path: Path) -> None:
    with reading(engine) as connection, closing(sqlite3.connect(path)) as copy:
        cast(sqlite3.Connection, connection.connection.driver_connection).backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed(f"the copy {path} is damaged")


def _check_packed(plain: Path, packed: Path) -> None:
    with plain.open("rb") as raw, gzip.open(packed, "rb") as again:
        while chunk := raw.read(1 << 20):
            if again.read(len(chunk)) != chunk:
                raise BackupFailed(f"{packed} cannot be read back")


def _dump(engine: Engine, part: Path, *, compress: bool) -> None:
    with reading(engine) as connection:
        with open_text(part, "wt", compress=compress) as file:
            dump.write(connection, file)
        counts = dump.count_rows(connection)
    with open_text(part, "rt", compress=compress) as file:
        dump.read_revision(file)
        found: Counter[str] = Counter()
        try:
            for some in dump.read(file):
                found[some.table] += len(some.rows)
        except dump.DamagedBackup as error:
            raise BackupFailed(f"cannot be read back: {error}") from error
    if found != Counter(counts):
        raise BackupFailed("the copy has other rows than the database")


def open_text(path: Path, mode: str, *, compress: bool) -> IO[str]:
    """A text file, packed or not."""
    if compress:
        return cast(IO[str], gzip.open(path, mode, 6, encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def _note(engine: Engine, path: Path, now: int) -> None:
    with writing(engine) as connection:
        note = {"kind": "backup", "ended_at": now, "detail": str(path)}
        connection.execute(insert(maintenance).values(note))


def _remove_older(folder: Path, oldest: datetime, keep: Path) -> None:
    for path in folder.iterdir():
        ours = _NAME.fullmatch(path.name)
        if (
            ours
            and path != keep
            and datetime.strptime(ours[1], _STAMP).replace(tzinfo=UTC) < oldest
        ):
            path.unlink()
