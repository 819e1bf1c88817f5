"""Backups of an SQLite database: a consistent copy, verified before older ones go."""

import gzip
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from exporter.domain.moments import from_micros
from exporter.storage.engine import writing
from exporter.storage.schema import maintenance


class BackupFailed(OSError):  # noqa: N818 - reads as the sentence it is
    """The backup could not be written or did not verify; older ones are untouched."""


def write(
    engine: Engine, folder: Path, *, compress: bool, retention_days: int | None, now: int
) -> Path:
    """Writes a verified copy into `folder`; then removes copies older than `retention_days`.

    Returns its path; raises BackupFailed. Other engines have their own tools for this.
    """
    if engine.dialect.name != "sqlite":
        raise BackupFailed(f"backup: use {engine.dialect.name}'s own dump for this database")
    stamp = from_micros(now).strftime("%Y%m%dT%H%M%SZ")
    path = folder / f"lotofacil-{stamp}.db{'.gz' if compress else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(str(engine.url.database), path, compress=compress)
    except OSError as error:
        raise BackupFailed(f"backup_path: cannot write {path}: {error.strerror}") from error
    with writing(engine) as connection:
        note = {"kind": "backup", "ended_at": now, "detail": str(path)}
        connection.execute(insert(maintenance).values(note))
    if retention_days is not None:
        oldest = (from_micros(now) - timedelta(days=retention_days)).timestamp()
        for old in folder.glob("lotofacil-*.db*"):
            if old.stat().st_mtime < oldest:
                old.unlink()
    return path


def _copy(source: str, path: Path, *, compress: bool) -> None:
    part = path.with_name(f".{path.name}.part")
    plain = part.with_suffix(".plain") if compress else part
    os.close(os.open(plain, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(plain)) as copy:
        live.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed(f"backup: the copy {plain} is damaged")
    if compress:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
        with plain.open("rb") as raw, gzip.open(part, "wb") as packed:
            shutil.copyfileobj(raw, packed)
        plain.unlink()
    part.replace(path)
