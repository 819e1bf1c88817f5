"""The spool: records that were accepted and wait for the database, in an SQLite file.

One file for all processes that share a data folder. Appending commits before it returns;
a record leaves only after the database has it, and is counted as it leaves: what is neither
counted nor there was lost.
"""

import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, NamedTuple

from exporter.config.kinds import Sync
from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.storage.faults import Fault, fault_of
from exporter.storage.spool_ledger import Account, Ledger
from exporter.storage.spool_room import PAGE, Room, cost
from exporter.storage.sqlite_file import create

_SCHEMA = """
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
_INSERT = "INSERT INTO records (accepted_at, callers_key, body) VALUES (?, ?, ?)"
_OLDEST = "(SELECT id, body FROM records ORDER BY id LIMIT ?)"
_OLDEST_BESIDES = _OLDEST.replace(
    "ORDER BY", "WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY"
)
_ALONE = "SELECT id, body FROM "
_TOGETHER_AS_TEXT = "SELECT json_group_array(id), json_group_array(hex(body)) FROM "
_SIZES = "SELECT COUNT(*), COALESCE(SUM(length(body)), 0) FROM "
#: Bytes of the records that are handed out together: SQLite's longest text holds half a billion,
#: and a server takes no statement of any length (MariaDB's `max_allowed_packet` is 16 MiB).
MOST_BYTES = 8_000_000
#: Every record is stuck, however many there are.
EVERYTHING = -1
#: Commits after which the log is worth carrying over into the file, and pages that one fills.
_SETTLE_EVERY = 4000
_PAGES_EACH = 3
#: Bytes of the log that an idle spool may keep.
_IDLE = 512 * 1024
#: Pages given back to the disk while callers wait, how often in a row, and how many a spool may
#: leave unused while it is busy or idle.
_STEP = 64
_STEPS = 64
_SPARE = 256
_SPARE_IDLE = 16
#: Milliseconds to wait for a lock, and for those who read in a log that is to be cut off.
_PATIENCE = 30_000
_PATIENCE_AT_LIMIT = 50
#: Seconds between attempts when another process carries the log over at the same time.
_PAUSES = (0.002, 0.02, 0.05)
#: The same where it opens the file at the same time.
_BETWEEN_TRIES = 0.01
#: Records that come or go together and fill as much of the log as one alone: two pages.
_TOGETHER = 8
#: Connections that are not used again, such as a parent's in a forked child.
_LEFT: list[sqlite3.Connection] = []

_log = get_logger(__name__)


class KeyIsWaiting(ValueError):
    """A record with the same caller's key waits already; this one was not accepted."""


class SpoolUnusable(OSError):
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
    """How many records wait, since when (microseconds, 0: none), and the bytes of file and log.

    `lost` counts the records that ever left without having been delivered, `stuck` those that wait
    because the destination refuses them; `why` says what holds delivery up.
    """

    records: int
    oldest: int
    size: int
    lost: int = 0
    stuck: int = 0
    why: str = ""


class Oldest(NamedTuple):
    """Records as (id, body), oldest first; `more`: others may wait behind them."""

    records: list[tuple[int, bytes]]
    more: bool


class _OnFirstUse:
    """A connection that is opened where it is first used: in a forked child, too, or never."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, spool: "Spool", owner: type) -> sqlite3.Connection:
        spool.open()
        found: sqlite3.Connection = vars(spool)[self._name]
        return found


class Spool:
    """A durable first-in first-out store; safe for threads, processes and their forks."""

    _db = _OnFirstUse()
    _reader = _OnFirstUse()

    def __init__(self, path: Path, max_bytes: int, sync: Sync = "normal") -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._sync = sync
        self._room = Room(path, max_bytes)
        self._settle_every = min(_SETTLE_EVERY, self._room.limit // (16 * _PAGES_EACH * PAGE))
        self._step = min(_STEP, self._room.reserve // (2 * PAGE))
        self._logs = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm")]
        self._ledger = Ledger(path.with_name("ledger.json"))
        self._begin()
        self.open()
        on_fork(self, Spool._in_child, Spool._still)

    def _begin(self) -> None:
        self._lock = Lock()
        self._reading = Lock()
        self._opening = Lock()
        self._unsettled = 0

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Nobody uses the file, and it is closed: a child of the fork would have no lock on it."""
        with self._lock, self._reading:
            for name in self._opened() if self._is(self.path) else ():
                vars(self).pop(name).close()
            yield

    def _in_child(self) -> None:
        self._begin()
        self._leave()

    def _leave(self) -> None:
        """Never uses the connections again. They stay open: closing gives up others' locks."""
        _LEFT.extend(vars(self).pop(name) for name in self._opened())

    def _opened(self) -> list[str]:
        return [name for name in ("_db", "_reader") if name in vars(self)]

    def open(self) -> None:
        """Opens the file, and makes it where there is none. Raises SpoolUnusable."""
        with self._opening, self._faults():
            if "_reader" in vars(self):  # another thread was quicker
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            create(self.path, 0o600)  # records may hold what is nobody's business
            db, reader = self._connect(), self._connect()
            _let_shrink(db)
            found = filter(Path.exists, (self.path, *self._logs))
            self._files = {path: path.stat() for path in found}
            self._noted = _account(reader)
            self._ledger.open(partial(_account, reader))
            vars(self).update(_db=db, _reader=reader)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.path, timeout=_PATIENCE / 1000, isolation_level=None, check_same_thread=False
        )
        _make_tables(db)
        # `settle` and `Room` come first; these are for when nobody calls or heeds them.
        log = 4 * _PAGES_EACH * self._settle_every
        for pragma in (
            f"synchronous={self._sync}",
            "secure_delete=FAST",  # where it is on, what is removed would fill the log with zeros
            f"max_page_count={self._room.limit // PAGE}",
            f"wal_autocheckpoint={log}",
            f"journal_size_limit={log * PAGE}",
        ):
            db.execute(f"PRAGMA {pragma}")
        return db

    def append(self, accepted_at: int, body: bytes, callers_key: str | None = None) -> None:
        """Keeps one record. Raises SpoolFull when there is no room, SpoolUnusable, KeyIsWaiting."""
        try:
            with self._lock:
                self._make_room(cost([len(body)], keys=1))
                self._db.execute(_INSERT, (accepted_at, callers_key, body))
                self._unsettled += 1 + len(body) // PAGE
        except sqlite3.IntegrityError as error:
            raise KeyIsWaiting(callers_key) from error
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def extend(self, records: Iterable[tuple[int, str | None, bytes]]) -> None:
        """Keeps all of these (accepted_at, callers_key, body), or none."""
        rows = list(records)
        size = cost([len(body) for _, _, body in rows], sum(key is not None for _, key, _ in rows))
        with self._faults(), self._lock:
            self._make_room(size)
            with self._transaction():
                self._db.executemany(_INSERT, rows)
            self._unsettled += 1 + len(rows) // _TOGETHER + size // (_PAGES_EACH * PAGE)

    def _make_room(self, size: int) -> None:
        """Cuts the log off where that makes room for so many bytes of it. Raises SpoolFull."""
        if self._room.holds(size):
            return
        with self._reading:
            for pause in _PAUSES:
                if self._cut_log(_PATIENCE_AT_LIMIT):
                    break
                sleep(pause)
        if not self._room.holds(size, self._unused(self._db) * PAGE):
            raise SpoolFull(self.path, f"is full ({self._room.why_not()})")

    def _cut_log(self, patience: int) -> bool:
        """Carries the log over and cuts it off; False when another process was in the way.

        A disk that has no room for that stays as it is; whoever needs the room is told.
        """
        if not self._room.log():
            return True
        self._db.execute(f"PRAGMA busy_timeout={patience}")
        try:
            is_busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return True
        else:
            return not is_busy
        finally:
            self._db.execute(f"PRAGMA busy_timeout={_PATIENCE}")

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
        if fault_of(error) is Fault.FULL:
            return SpoolFull(self.path, f"is full ({self._room.why_not()})")
        return SpoolUnusable(self.path, f"cannot be used: {error}")

    def find(self, callers_key: str) -> bytes | None:
        """The waiting record that was given this key."""
        query = "SELECT body FROM records WHERE callers_key = ?"
        row = self._read(query, (callers_key,))
        return bytes(row[0]) if row else None

    def holds_one_of(self, callers_keys: Sequence[str]) -> bool:
        """Whether a waiting record was given one of these keys."""
        query = "SELECT EXISTS (SELECT 1 FROM json_each(?) JOIN records ON callers_key = value)"
        return bool(self._read(query, (json.dumps(callers_keys),))[0])

    def oldest(self, count: int, besides: Iterable[int] = ()) -> Oldest:
        """Up to `count` other records, as many as may be taken at once; they stay until `remove`.

        They come as one row: row by row, this thread would give up the interpreter and wait
        for it again with each of them.
        """
        fitting = self._fitting(count, besides)
        if fitting == 1:  # may be larger than any text
            row = self._of_oldest(_ALONE, 1, besides)
            return Oldest([(row[0], bytes(row[1]))] if row else [], more=bool(row))
        ids, bodies = self._of_oldest(_TOGETHER_AS_TEXT, fitting, besides)
        records = list(zip(json.loads(ids), map(bytes.fromhex, json.loads(bodies)), strict=True))
        return Oldest(records, more=len(records) == fitting)

    def _fitting(self, count: int, besides: Iterable[int]) -> int:
        """How many of `count` records may be taken at once: fewer where they are large."""
        while count > 1:
            found, size = self._of_oldest(_SIZES, count, besides)
            if size <= MOST_BYTES:
                break
            count = max(found // 2, 1)
        return count

    def _of_oldest(self, what: str, count: int, besides: Iterable[int]) -> tuple[Any, ...]:
        if skipped := list(besides):
            return self._read(what + _OLDEST_BESIDES, (json.dumps(skipped), count))
        return self._read(what + _OLDEST, (count,))

    def remove(self, ids: Sequence[int]) -> None:
        """Forgets records that the database has now."""
        if not ids:
            return
        with self._faults(), self._lock:
            with suppress(SpoolFull):  # this is what makes room
                self._make_room(0)
            with self._transaction():
                gone = self._delete(ids)
                self._db.execute("UPDATE account SET delivered = delivered + ?", (gone,))
            self._unsettled += 1 + gone // _TOGETHER

    def _delete(self, ids: Sequence[int]) -> int:
        """How many were there: of two processes that delivered the same, one removes it."""
        if ids[-1] - ids[0] + 1 == len(ids):  # the usual case: one run
            run = "DELETE FROM records WHERE id BETWEEN ? AND ?"
            return self._db.execute(run, (ids[0], ids[-1])).rowcount
        marks = [(i,) for i in ids]
        return self._db.executemany("DELETE FROM records WHERE id = ?", marks).rowcount

    def settle(self) -> None:
        """Carries the log over into the file now and then, so that no caller has to wait for it.

        Most of it beside the callers; only what came meanwhile while they wait.
        """
        is_idle = not self.look()
        is_smaller = self._shrink(_SPARE_IDLE if is_idle else min(_SPARE, 4 * self._step))
        is_worth_it = is_idle and (is_smaller or self._room.log() > _IDLE)
        if self._unsettled < self._settle_every and not is_worth_it:
            return
        self._unsettled = 0
        self._read("PRAGMA wal_checkpoint(PASSIVE)", ())
        with self._faults(), self._lock, self._reading:
            if is_idle:
                self._cut_log(patience=0)
            else:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _shrink(self, unused: int) -> bool:
        """Gives pages back to the disk, a few at a time, until no more than these are unused.

        Whether there were any.
        """
        for step in range(_STEPS):
            with self._faults(), self._reading:
                if self._unused(self._reader) <= unused:
                    return step > 0
            with self._faults(), self._lock:
                with suppress(SpoolFull):
                    self._make_room(0)
                # `execute` takes one step of a statement without columns: one page.
                self._db.executescript(f"PRAGMA incremental_vacuum({self._step})")
                self._unsettled += self._step // _PAGES_EACH
        return True

    @staticmethod
    def _unused(db: sqlite3.Connection) -> int:
        """Pages of the file that hold nothing."""
        pages: int = db.execute("PRAGMA freelist_count").fetchone()[0]
        return pages

    def look(self) -> bool:
        """Has the ledger know what was accepted and delivered, should this file disappear.

        Whether anything was since the last look.
        """
        with self._faults(), self._reading:
            account = _account(self._reader)
        if is_new := account != self._noted:
            self._ledger.note(account)
            self._noted = account
        if not self._is(self.path):
            self._go_over()
        return is_new

    def _is(self, path: Path) -> bool:
        """Whether the file that was opened is still the one of this name."""
        try:
            return os.path.samestat(path.stat(), self._files[path])
        except (FileNotFoundError, KeyError):
            return False

    def _go_over(self) -> None:
        """Takes what is in the file's place now, once nothing waits in the one that was open."""
        with self._lock, self._reading:
            if self._db.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()[0]:
                return
            if not self.path.exists():
                for log in filter(self._is, self._logs):
                    log.unlink()  # a new file must not take it for its own
            self._leave()
        _log.error("spool_replaced", path=str(self.path))

    def tell(self, why: str, stuck: int = 0) -> None:
        """Has whoever looks at the spool know what holds delivery up; nothing: ""."""
        if self._trouble() != (why, stuck):
            with self._faults(), self._lock:
                self._db.execute("REPLACE INTO trouble VALUES (1, ?, ?)", (why, stuck))

    def _trouble(self) -> tuple[str, int]:
        return tuple(self._read("SELECT why, stuck FROM trouble", ())) or ("", 0)

    def state(self) -> SpoolState:
        """What waits now."""
        query = """SELECT COUNT(*), COALESCE(MIN(accepted_at), 0),
            (SELECT accepted - delivered FROM balance) - COUNT(*) FROM records"""
        records, oldest, missing = self._read(query, ())
        why, stuck = self._trouble() if records else ("", 0)
        lost, stuck = self._ledger.lost + missing, records if stuck == EVERYTHING else stuck
        return SpoolState(records, oldest, self._room.taken(), lost, stuck, why)

    def _read(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...]:
        with self._faults(), self._reading, closing(self._reader.execute(query, values)) as cursor:
            return cursor.fetchone() or ()

    def close(self) -> None:
        """Closes the file; what waits stays in it."""
        self.look()
        with self._lock, self._reading:
            self._reader.close()
            self._db.close()


def _account(db: sqlite3.Connection) -> Account:
    return Account(*db.execute("SELECT spool, accepted, delivered FROM balance").fetchone())


def _make_tables(db: sqlite3.Connection) -> None:
    """Brings the file up to date. SQLite itself does not wait for who gives it its log just now."""
    until = monotonic() + _PATIENCE / 1000
    while True:
        try:
            db.executescript("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;" + _SCHEMA)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_BETWEEN_TRIES)
        else:
            return


def _let_shrink(db: sqlite3.Connection) -> None:
    """A file of an earlier version cannot; while nothing waits in it, making it anew is quick."""
    if db.execute("PRAGMA auto_vacuum").fetchone()[0]:
        return
    if not db.execute("SELECT EXISTS (SELECT 1 FROM records)").fetchone()[0]:
        db.execute("VACUUM")
