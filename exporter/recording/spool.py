"""The spool: records that were accepted and wait for the database, in an SQLite file.

One file for all processes that share a data folder. Appending commits before it returns;
a record leaves only after the database has it, and is counted as it leaves: what is neither
counted nor there was lost.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from exporter.config.kinds import Sync
from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.recording.spool_file import SpoolFile, SpoolFull, account
from exporter.recording.spool_ledger import Ledger
from exporter.recording.spool_log import PAGES_EACH, SpoolLog, settle_every
from exporter.recording.spool_room import PAGE, Room, cost

_INSERT = "INSERT INTO records (accepted_at, callers_key, body) VALUES (?, ?, ?)"
_OLDEST = "(SELECT id, body FROM records ORDER BY id LIMIT ?)"
_OLDEST_BESIDES = _OLDEST.replace(
    "ORDER BY", "WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY"
)
_ALONE = "SELECT id, body FROM "
_TOGETHER_AS_TEXT = "SELECT json_group_array(id), json_group_array(hex(body)) FROM "
_SIZES = "SELECT COUNT(*), COALESCE(SUM(length(body)), 0) FROM "
_STATE = """SELECT COUNT(*), COALESCE(MIN(accepted_at), 0),
    (SELECT accepted - delivered FROM balance) - COUNT(*) FROM records"""
#: Bytes of the records that are handed out together: SQLite's longest text holds half a billion,
#: and a server takes no statement of any length (MariaDB's `max_allowed_packet` is 16 MiB).
MOST_BYTES = 8_000_000
#: Every record is stuck, however many there are.
EVERYTHING = -1
#: Records that come or go together and fill as much of the log as one alone: two pages.
_TOGETHER = 8

_log = get_logger(__name__)


class KeyIsWaiting(ValueError):
    """A record with the same caller's key waits already; this one was not accepted."""


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


class Spool:
    """A durable first-in first-out store; safe for threads, processes and their forks."""

    def __init__(self, path: Path, max_bytes: int, sync: Sync = "normal") -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._sync = sync
        self._ledger = Ledger(path.with_name("ledger.json"))
        self._begin()
        self.file.open()
        on_fork(self, Spool._begin_in_child, Spool._still)

    def _begin(self) -> None:
        """What is a process's own."""
        room = Room(self.path, self.max_bytes)
        log_pages = 4 * PAGES_EACH * settle_every(room)
        self.file = SpoolFile(self.path, room, self._sync, log_pages, self._note_opened)
        self._log = SpoolLog(self.file)

    def _still(self) -> AbstractContextManager[None]:
        return self.file.still()

    def _begin_in_child(self) -> None:
        self.file.leave()
        self._begin()

    def _note_opened(self, reader: sqlite3.Connection) -> None:
        self._noted = account(reader)
        self._ledger.open(partial(account, reader))

    def append(self, accepted_at: int, body: bytes, callers_key: str | None = None) -> None:
        """Keeps one record. Raises SpoolFull when there is no room, SpoolUnusable, KeyIsWaiting."""
        file, log = self.file, self._log
        try:
            with file.writing:
                log.make_room(cost([len(body)], keys=1))
                file.db.execute(_INSERT, (accepted_at, callers_key, body))
                log.unsettled += 1 + len(body) // PAGE
        except sqlite3.IntegrityError as error:
            raise KeyIsWaiting(callers_key) from error
        except sqlite3.DatabaseError as error:
            raise file.fault(error) from error

    def extend(self, records: Iterable[tuple[int, str | None, bytes]]) -> None:
        """Keeps all of these (accepted_at, callers_key, body), or none."""
        rows = list(records)
        size = cost([len(body) for _, _, body in rows], sum(key is not None for _, key, _ in rows))
        with self.file.faults(), self.file.writing:
            self._log.make_room(size)
            with self.file.transaction() as db:
                db.executemany(_INSERT, rows)
            self._log.unsettled += 1 + len(rows) // _TOGETHER + size // (PAGES_EACH * PAGE)

    def find(self, callers_key: str) -> bytes | None:
        """The waiting record that was given this key."""
        row = self.file.read("SELECT body FROM records WHERE callers_key = ?", (callers_key,))
        return bytes(row[0]) if row else None

    def holds_one_of(self, callers_keys: Sequence[str]) -> bool:
        """Whether a waiting record was given one of these keys."""
        query = "SELECT EXISTS (SELECT 1 FROM json_each(?) JOIN records ON callers_key = value)"
        return bool(self.file.read(query, (json.dumps(callers_keys),))[0])

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
            records, size = self._of_oldest(_SIZES, count, besides)
            if size <= MOST_BYTES:
                break
            count = max(records // 2, 1)
        return count

    def _of_oldest(self, what: str, count: int, besides: Iterable[int]) -> tuple[Any, ...]:
        if skipped := list(besides):
            return self.file.read(what + _OLDEST_BESIDES, (json.dumps(skipped), count))
        return self.file.read(what + _OLDEST, (count,))

    def remove(self, ids: Sequence[int]) -> None:
        """Forgets records that the database has now."""
        if not ids:
            return
        with self.file.faults(), self.file.writing:
            with suppress(SpoolFull):  # this is what makes room
                self._log.make_room(0)
            with self.file.transaction() as db:
                removed = _delete(db, ids)
                db.execute("UPDATE account SET delivered = delivered + ?", (removed,))
            self._log.unsettled += 1 + removed // _TOGETHER

    def settle(self) -> None:
        """Keeps file and log small; for who empties the spool, now and then."""
        self._log.settle(is_idle=not self.look())

    def look(self) -> bool:
        """Has the ledger know what was accepted and delivered, should this file disappear.

        Whether anything was since the last look.
        """
        with self.file.faults(), self.file.reading:
            now = account(self.file.reader)
        if is_new := now != self._noted:
            self._ledger.note(now)
            self._noted = now
        if not self.file.is_in_place() and self.file.leave_replaced():
            _log.error("spool_replaced", path=str(self.path))
        return is_new

    def tell(self, why: str, stuck: int = 0) -> None:
        """Has whoever looks at the spool know what holds delivery up; nothing: ""."""
        if self._trouble() != (why, stuck):
            with self.file.faults(), self.file.writing:
                self.file.db.execute("REPLACE INTO trouble VALUES (1, ?, ?)", (why, stuck))

    def _trouble(self) -> tuple[str, int]:
        return self.file.read("SELECT why, stuck FROM trouble") or ("", 0)

    def state(self) -> SpoolState:
        """What waits now."""
        records, oldest, missing = self.file.read(_STATE)
        why, stuck = self._trouble() if records else ("", 0)
        lost, stuck = self._ledger.lost + missing, records if stuck == EVERYTHING else stuck
        return SpoolState(records, oldest, self.file.room.used(), lost, stuck, why)

    def close(self) -> None:
        """Closes the file; what waits stays in it."""
        self.look()
        with self.file.writing, self.file.reading:
            self.file.close()


def _delete(db: sqlite3.Connection, ids: Sequence[int]) -> int:
    """How many were there: of two processes that delivered the same, one removes it."""
    if ids[-1] - ids[0] + 1 == len(ids):  # the usual case: one run
        run = "DELETE FROM records WHERE id BETWEEN ? AND ?"
        return db.execute(run, (ids[0], ids[-1])).rowcount
    marks = [(i,) for i in ids]
    return db.executemany("DELETE FROM records WHERE id = ?", marks).rowcount
