"""A spool's file as one process has it open: a connection that writes, one that reads beside it."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from exporter.config.kinds import Sync
from exporter.recording.spool_ledger import Account
from exporter.recording.spool_room import PAGE, Room
from exporter.storage.faults import Fault, fault_of
from exporter.storage.sqlite_file import create, when_free

_SCHEMA = """
PRAGMA auto_vacuum=INCREMENTAL;
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    accepted_at INTEGER NOT NULL,
    callers_key TEXT,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS records_callers_key ON records (callers_key)
    WHERE callers_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS account (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    spool TEXT NOT NULL,
    delivered INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS trouble (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    why TEXT NOT NULL,
    stuck INTEGER NOT NULL
);
-- SQLite itself counts what is ever accepted (AUTOINCREMENT): appending pays nothing for it.
CREATE VIEW IF NOT EXISTS balance AS SELECT spool,
    COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'records'), 0) AS accepted, delivered
    FROM account;
-- A new file, and one whose table of records was taken away, gets a name of its own.
DELETE FROM account WHERE delivered > (SELECT accepted FROM balance);
INSERT INTO account SELECT 1, lower(hex(randomblob(8))),
    COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'records'), 0)
        - (SELECT COUNT(*) FROM records)
    WHERE NOT EXISTS (SELECT 1 FROM account);
"""
#: Milliseconds to wait for a lock.
PATIENCE = 30_000
#: Connections that are not used again, such as a parent's in a forked child.
_LEFT: list[sqlite3.Connection] = []


class SpoolUnusable(OSError):
    """The spool cannot be read or written now; `why` goes on after "the spool"."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(errno.EIO, f"the spool {why}", str(path))
        self.why = why

    def __str__(self) -> str:
        return f"spool {self.filename} {self.why}"


class SpoolFull(SpoolUnusable):
    """The spool has reached its limit, or the disk is full; the record was not accepted."""


class Connections(NamedTuple):
    """To one file: what it was when they were made, by path."""

    db: sqlite3.Connection
    reader: sqlite3.Connection
    stats: dict[Path, os.stat_result]


class SpoolFile:
    """Opened where it is first used, or never; a forked child has one of its own.

    `db` is used under the lock `writing`, `reader` under `reading`, which comes second. `opened`
    is called with each new connection that reads.
    """

    def __init__(
        self,
        path: Path,
        room: Room,
        sync: Sync,
        log_pages: int,
        opened: Callable[[sqlite3.Connection], None],
    ) -> None:
        self.path = path
        self.room = room
        self.writing = Lock()
        self.reading = Lock()
        self.connections: Connections | None = None
        self._sync = sync
        self._log_pages = log_pages
        self._opened = opened
        self._opening = Lock()
        self._logs = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm")]

    @property
    def db(self) -> sqlite3.Connection:
        """The connection that writes."""
        return (self.connections or self.open()).db

    @property
    def reader(self) -> sqlite3.Connection:
        """The connection that reads."""
        return (self.connections or self.open()).reader

    def open(self) -> Connections:
        """Opens the file, and makes it where there is none. Raises SpoolUnusable."""
        with self._opening, self.faults():
            if self.connections is None:  # no other thread was quicker
                self.path.parent.mkdir(parents=True, exist_ok=True)
                create(self.path, 0o600)  # records may hold what is nobody's business
                db, reader = self._connect(), self._connect()
                _let_shrink(db)
                present = filter(Path.exists, (self.path, *self._logs))
                stats = {path: path.stat() for path in present}
                self._opened(reader)
                self.connections = Connections(db, reader, stats)
            return self.connections

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.path, timeout=PATIENCE / 1000, isolation_level=None, check_same_thread=False
        )
        when_free(partial(db.executescript, _SCHEMA), PATIENCE / 1000)
        for pragma in (
            f"synchronous={self._sync}",
            "secure_delete=FAST",  # where it is on, what is removed would fill the log with zeros
            f"max_page_count={self.room.limit // PAGE}",
            # `SpoolLog` and `Room` come first; these are for when nobody calls or heeds them.
            f"wal_autocheckpoint={self._log_pages}",
            f"journal_size_limit={self._log_pages * PAGE}",
        ):
            db.execute(f"PRAGMA {pragma}")
        return db

    def close(self) -> None:
        """Closes the file; under both locks."""
        if self.connections:
            self.connections.reader.close()
            self.connections.db.close()
            self.connections = None

    def leave(self) -> None:
        """Never uses the connections again. They stay open: closing gives up others' locks."""
        if self.connections:
            _LEFT.extend(self.connections[:2])
            self.connections = None

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nobody uses the file, and it is closed: a child of a fork would have no lock on it."""
        with self.writing, self.reading:
            if self.is_in_place():
                self.close()
            yield

    def is_in_place(self) -> bool:
        """Whether the file that is open, if one is, is still the one of its name."""
        return self.connections is None or self._is(self.path)

    def _is(self, path: Path) -> bool:
        stats = self.connections.stats if self.connections else {}
        try:
            return os.path.samestat(path.stat(), stats[path])
        except (FileNotFoundError, KeyError):
            return False

    def leave_replaced(self) -> bool:
        """Goes over to what is in the file's place now, once nothing waits in the one open."""
        with self.writing, self.reading:
            if self.db.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()[0]:
                return False
            if not self.path.exists():
                for log in filter(self._is, self._logs):
                    log.unlink()  # a new file must not take it for its own
            self.leave()
        return True

    def read(self, query: str, values: tuple[object, ...] = ()) -> tuple[Any, ...]:
        """The first row; () where there is none."""
        with self.faults(), self.reading, closing(self.reader.execute(query, values)) as cursor:
            return cursor.fetchone() or ()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Under the lock `writing`; never left open: what comes next would wait for its commit."""
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        finally:
            if db.in_transaction:  # a full disk ends it by itself
                db.execute("ROLLBACK")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Gives SQLite's errors as SpoolFull or SpoolUnusable."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self.fault(error) from error

    def fault(self, error: sqlite3.DatabaseError) -> SpoolUnusable:
        """What an error of SQLite's means."""
        if fault_of(error) is Fault.FULL:
            return SpoolFull(self.path, f"is full ({self.room.why_not()})")
        return SpoolUnusable(self.path, f"cannot be used: {error}")


def account(db: sqlite3.Connection) -> Account:
    """What the file says of its records."""
    return Account(*db.execute("SELECT spool, accepted, delivered FROM balance").fetchone())


def _let_shrink(db: sqlite3.Connection) -> None:
    """A file of an earlier version cannot; while nothing waits in it, making it anew is quick."""
    if db.execute("PRAGMA auto_vacuum").fetchone()[0]:
        return
    if not db.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()[0]:
        db.execute("VACUUM")
