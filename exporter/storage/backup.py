"""Backups: a consistent copy, made apart, verified, and only then put beside older ones.

An SQLite database is copied as it is (`.db`), any other as JSON lines (`.jsonl`); each has its
checksum beside it. Only one is made in a folder at a time.
"""

import gzip
import os
import re
import shutil
import sqlite3
import zlib
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

from filelock import Timeout
from sqlalchemy import Engine, insert
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.moments import from_micros
from exporter.storage import backup_files, dump
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.schema import maintenance

#: Seconds that a backup waits for another one in its folder.
PATIENCE = 600.0
_NAME = re.compile(r"lotofacil-(\d{8}T\d{6}Z)(?:-\d+)?\.(?:db|jsonl)(?:\.gz)?")
_STAMP = "%Y%m%dT%H%M%SZ"
_ERRORS = (
    *(OSError, EOFError, UnicodeError, zlib.error),  # reading back what was written, too
    *(sqlite3.Error, SQLAlchemyError, dump.DamagedBackup),
)
#: What earlier versions, killed in the midst of it, left beside their backups.
_LEFTOVERS = ".lotofacil-*Z.*"


class BackupFailed(OSError):
    """The backup could not be written or did not verify; older ones are untouched."""


def write(
    engine: Engine,
    folder: Path,
    *,
    compress: bool,
    retention_days: int | None,
    now: int,
    patience: float = PATIENCE,
) -> Path:
    """Writes a verified backup into `folder`; then removes ones older than `retention_days`.

    Returns its path, a file only its owner may read. Another one that is being written there is
    waited for. Raises BackupFailed.
    """
    try:
        with backup_files.secluded(folder / ".lotofacil-backup", patience) as apart:
            _remove_leftovers(folder)
            path = _write(engine, folder, apart, now, compress=compress)
            _note(engine, path, now)
            if retention_days is not None:
                # Somebody may have gone on in a backup: it is no backup any more.
                keep = {path.name, Path(str(engine.url.database)).name}
                _remove_older(folder, from_micros(now) - timedelta(retention_days), keep)
    except Timeout:
        reason = f"another backup has been under way there for {patience:g} s; try again later"
        raise BackupFailed(f"backup_path: cannot write into {folder}: {reason}") from None
    except _ERRORS as error:
        if isinstance(error, SQLAlchemyError) and fault_of(error) is not Fault.RECORD:
            raise
        raise BackupFailed(f"backup_path: cannot write into {folder}: {_why(error)}") from error
    return path


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _write(engine: Engine, folder: Path, apart: Path, now: int, *, compress: bool) -> Path:
    suffix = "db" if engine.dialect.name == "sqlite" else "jsonl"
    part = apart / f"backup.{suffix}{'.gz' if compress else ''}"
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    (_copy if suffix == "db" else _dump)(engine, part, compress=compress)
    path = _free(folder, from_micros(now).strftime(_STAMP), part.name.removeprefix("backup"))
    checksum = apart / backup_files.SUFFIX
    checksum.write_text(backup_files.line(part, path.name))
    checksum.chmod(0o600)
    for file in (part, checksum):
        _flush(file)
    checksum.replace(backup_files.beside(path))  # first: no backup is ever without it
    part.replace(path)
    _flush(folder)
    return path


def _free(folder: Path, stamp: str, suffix: str) -> Path:
    """A name that no backup there has: several may be made in the same second."""
    path, number = folder / f"lotofacil-{stamp}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"lotofacil-{stamp}-{number}{suffix}"
    return path


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(engine: Engine, part: Path, *, compress: bool) -> None:
    """SQLite's own online copy: writers go on beside it."""
    plain = part.with_suffix("") if compress else part
    _copy_online(engine, plain)
    if compress:
        with plain.open("rb") as raw, gzip.open(part, "wb", 6) as packed:
            shutil.copyfileobj(raw, packed)
        _check_packed(plain, part)


def _copy_online(engine: Engine, path: Path) -> None:
    with reading(engine) as connection, closing(sqlite3.connect(path)) as copy:
        cast(sqlite3.Connection, connection.connection.driver_connection).backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed("the copy is damaged")


def _check_packed(plain: Path, packed: Path) -> None:
    with plain.open("rb") as raw, gzip.open(packed, "rb") as again:
        while chunk := raw.read(1 << 20):
            if again.read(len(chunk)) != chunk:
                raise BackupFailed("the packed copy cannot be read back")


def _dump(engine: Engine, part: Path, *, compress: bool) -> None:
    with reading(engine) as connection:
        with open_text(part, "wt", compress=compress) as file:
            dump.write(connection, file)
        counts = dump.count_rows(connection)
    with open_text(part, "rt", compress=compress) as file:
        dump.read_revision(file)
        copied: Counter[str] = Counter()
        for some in dump.read(file):
            copied[some.table] += len(some.rows)
    if copied != Counter(counts):
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


def _remove_older(folder: Path, oldest: datetime, keep: set[str]) -> None:
    for path in folder.iterdir():
        ours = _NAME.fullmatch(path.name)
        if (
            ours
            and path.name not in keep
            and datetime.strptime(ours[1], _STAMP).replace(tzinfo=UTC) < oldest
        ):
            path.unlink()
            backup_files.beside(path).unlink(missing_ok=True)


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(_LEFTOVERS):
        path.unlink()
    for checksum in folder.glob(f"lotofacil-*{backup_files.SUFFIX}"):
        backup = checksum.with_suffix("")
        if _NAME.fullmatch(backup.name) and not backup.exists():
            checksum.unlink()
