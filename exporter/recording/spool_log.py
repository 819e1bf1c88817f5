"""A spool's log: carried over into its file and cut off, so that both stay small."""

import sqlite3
from contextlib import suppress
from time import sleep

from exporter.recording.spool_file import PATIENCE, SpoolFile, SpoolFull
from exporter.recording.spool_room import PAGE, Room

#: Commits after which the log is worth carrying over into the file, and pages that one fills.
_SETTLE_EVERY = 4000
PAGES_EACH = 3
#: Bytes of the log that an idle spool may keep.
_IDLE = 512 * 1024
#: Pages given back to the disk while callers wait, how often in a row, and how many a spool may
#: leave unused while it is busy or idle.
_STEP = 64
_STEPS = 64
_SPARE = 256
_SPARE_IDLE = 16
#: Milliseconds to wait for those who read in a log that is to be cut off.
_PATIENCE_AT_LIMIT = 50
#: Seconds between attempts when another process carries the log over at the same time.
_PAUSES = (0.002, 0.02, 0.05)


def settle_every(room: Room) -> int:
    """Commits after which the log of a spool with so much room is carried over."""
    return min(_SETTLE_EVERY, room.limit // (16 * PAGES_EACH * PAGE))


class SpoolLog:
    """Of one process's use of a spool; `unsettled` counts commits since it was carried over."""

    def __init__(self, file: SpoolFile) -> None:
        self.unsettled = 0
        self._file = file
        self._room = file.room
        self._settle_every = settle_every(file.room)
        self._step = min(_STEP, file.room.reserve // (2 * PAGE))

    def make_room(self, size: int) -> None:
        """Cuts the log off where that makes room for so many bytes of it. Raises SpoolFull.

        Under the lock `writing`.
        """
        if self._room.holds(size):
            return
        with self._file.reading:
            for pause in _PAUSES:
                if self._cut_off(_PATIENCE_AT_LIMIT):
                    break
                sleep(pause)
        if not self._room.holds(size, _unused(self._file.db) * PAGE):
            raise SpoolFull(self._file.path, f"is full ({self._room.why_not()})")

    def _cut_off(self, patience: int) -> bool:
        """Carries the log over and cuts it off; False when another process was in the way.

        A disk that has no room for that stays as it is; whoever needs the room is told.
        """
        if not self._room.log():
            return True
        db = self._file.db
        db.execute(f"PRAGMA busy_timeout={patience}")
        try:
            is_busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return True
        else:
            return not is_busy
        finally:
            db.execute(f"PRAGMA busy_timeout={PATIENCE}")

    def settle(self, *, is_idle: bool) -> None:
        """Carries the log over into the file now and then, so that no caller has to wait for it.

        Most of it beside the callers; only what came meanwhile while they wait.
        """
        is_smaller = self._shrink(_SPARE_IDLE if is_idle else min(_SPARE, 4 * self._step))
        is_worth_it = is_idle and (is_smaller or self._room.log() > _IDLE)
        if self.unsettled < self._settle_every and not is_worth_it:
            return
        self.unsettled = 0
        self._file.read("PRAGMA wal_checkpoint(PASSIVE)")
        with self._file.faults(), self._file.writing, self._file.reading:
            if is_idle:
                self._cut_off(patience=0)
            else:
                self._file.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _shrink(self, unused: int) -> bool:
        """Gives pages back to the disk, a few at a time, until no more than these are unused.

        Whether there were any.
        """
        for step in range(_STEPS):
            with self._file.faults(), self._file.reading:
                if _unused(self._file.reader) <= unused:
                    return step > 0
            with self._file.faults(), self._file.writing:
                with suppress(SpoolFull):
                    self.make_room(0)
                # `execute` takes one step of a statement without columns: one page.
                self._file.db.executescript(f"PRAGMA incremental_vacuum({self._step})")
                self.unsettled += self._step // PAGES_EACH
        return True


def _unused(db: sqlite3.Connection) -> int:
    """Pages of the file that hold nothing."""
    pages: int = db.execute("PRAGMA freelist_count").fetchone()[0]
    return pages
