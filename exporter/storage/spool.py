"""The spool: records that were accepted and wait for the database, in an SQLite file.

One file for all processes that share a data folder. Appending commits before it returns;
a record leaves only after the database has it.
"""

import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    accepted_at INTEGER NOT NULL,
    callers_key TEXT,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS records_callers_key ON records (callers_key)
    WHERE callers_key IS NOT NULL;
"""
_PAGE = 4096
#: Commits after which the log is worth carrying over into the file.
_SETTLE_EVERY = 4000


class KeyIsWaiting(ValueError):  # noqa: N818 - reads as the sentence it is
    """A record with the same caller's key waits already; this one was not accepted."""


class SpoolUnusable(OSError):  # noqa: N818 - reads as the sentence it is
    """The spool cannot be read or written now; `why` goes on after "the spool"."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(errno.EIO, f"the spool {why}", str(path))
        self.why = why

    def __str__(self) -> str:
        return f"spool {self.filename} {self.why}"


class SpoolFull(SpoolUnusable):
    """The spool has reached its limit, or the disk is full; the record was not accepted."""


@dataclass(frozen=True, slots=True)
class SpoolState:
    """How many records wait, since when (microseconds, 0: none), and the file's size in bytes."""

    records: int
    oldest: int
    size: int


class Spool:
    """A durable first-in first-out store; safe for threads and for processes."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.max_bytes = max_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT, 0o600))  # records may hold what is nobody's business
        self._lock = Lock()
        self._reading = Lock()
        self._db = self._open()
        self._reader = self._open()
        self._unsettled = 0

    def _open(self) -> sqlite3.Connection:
        try:
            return self._opened()
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        db.execute(f"PRAGMA max_page_count={max(self.max_bytes // _PAGE, 64)}")
        # `settle` comes first; this is for when nobody calls it.
        db.execute(f"PRAGMA wal_autocheckpoint={4 * _SETTLE_EVERY}")
        return db

    def append(self, accepted_at: int, body: bytes, callers_key: str | None = None) -> None:
        """Keeps one record. Raises SpoolFull when there is no room, SpoolUnusable, KeyIsWaiting."""
        try:
            with self._lock:
                self._db.execute(
                    "INSERT INTO records (accepted_at, callers_key, body) VALUES (?, ?, ?)",
                    (accepted_at, callers_key, body),
                )
                self._unsettled += 1
        except sqlite3.IntegrityError as error:
            raise KeyIsWaiting(callers_key) from error
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def extend(self, records: Iterable[tuple[int, str | None, bytes]]) -> None:
        """Keeps all of these (accepted_at, callers_key, body), or none."""
        try:
            with self._lock:
                insert = "INSERT INTO records (accepted_at, callers_key, body) VALUES (?, ?, ?)"
                with self._transaction():
                    self._db.executemany(insert, records)
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # Never left open: what is appended next would wait for a commit that does not come.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # a full disk ends it by itself
                self._db.execute("ROLLBACK")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.DatabaseError) -> SpoolUnusable:
        if "full" in str(error):
            limit = f"{self.max_bytes / 1e6:.0f} MB"
            return SpoolFull(self.path, f"is full (SPOOL_MAX_SIZE {limit}, or the disk)")
        return SpoolUnusable(self.path, f"cannot be used: {error}")

    def find(self, callers_key: str) -> bytes | None:
        """The waiting record that was given this key."""
        query = "SELECT body FROM records WHERE callers_key = ?"
        row = self._read(query, (callers_key,))
        return bytes(row[0]) if row else None

    def oldest(self, count: int) -> list[tuple[int, bytes]]:
        """Up to `count` records, oldest first, as (id, body); they stay until `remove`.

        They come as one row: row by row, this thread would give up the interpreter and wait
        for it again with each of them.
        """
        query = """SELECT json_group_array(id), json_group_array(hex(body))
            FROM (SELECT id, body FROM records ORDER BY id LIMIT ?)"""
        ids, bodies = self._read(query, (count,))
        return list(zip(json.loads(ids), map(bytes.fromhex, json.loads(bodies)), strict=True))

    def remove(self, ids: Sequence[int]) -> None:
        """Forgets records that the database has now."""
        if not ids:
            return
        with self._faults(), self._lock:
            if ids[-1] - ids[0] + 1 == len(ids):  # the usual case: one run
                self._db.execute("DELETE FROM records WHERE id BETWEEN ? AND ?", (ids[0], ids[-1]))
            else:
                marks = [(i,) for i in ids]
                with self._transaction():
                    self._db.executemany("DELETE FROM records WHERE id = ?", marks)

    def settle(self) -> None:
        """Carries the log over into the file now and then, so that no caller has to wait for it.

        Most of it beside the callers; only what came meanwhile while they wait.
        """
        if self._unsettled < _SETTLE_EVERY:
            return
        self._unsettled = 0
        self._read("PRAGMA wal_checkpoint(PASSIVE)", ())
        with self._faults(), self._lock:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def state(self) -> SpoolState:
        """What waits now."""
        row = self._read("SELECT COUNT(*), COALESCE(MIN(accepted_at), 0) FROM records", ())
        pages = self._read(
            "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count", ()
        )
        return SpoolState(row[0], row[1], pages[0] * _PAGE)

    def _read(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...]:
        with self._faults(), self._reading, closing(self._reader.execute(query, values)) as cursor:
            return cursor.fetchone() or ()

    def close(self) -> None:
        """Closes the file; what waits stays in it."""
        with self._lock, self._reading:
            self._reader.close()
            self._db.close()
