"""The spool's ledger: a line beside it that remembers it, should its file be lost or replaced.

The spool's own file tells which of its records are missing. A file that is gone tells nothing:
what it held when it was last looked at is written down here, outside of it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from exporter.logs import get_logger

#: One line of always the same width is written at once, so that a reader never sees half of it.
_WIDTH = 200

_log = get_logger(__name__)


class Account(NamedTuple):
    """Records that a spool (by the name in its file) ever accepted, and those delivered."""

    spool: str
    accepted: int
    delivered: int

    def lost_to(self, present: "Account") -> int:
        """How many records that waited are not in the file that is in this one's place.

        It may be this one without its last records: an older copy, or what a power cut left.
        """
        waiting = self.accepted - self.delivered
        if present.spool != self.spool:
            return waiting
        return min(waiting, max(self.accepted - present.accepted, 0))


class _Entry(NamedTuple):
    lost: int
    account: Account | None


class Ledger:
    """The line at `path`; safe for processes. `lost` counts what other files took with them.

    Where it cannot be written, losses go unseen: no reason to accept or deliver nothing.
    """

    def __init__(self, path: Path) -> None:
        self.lost = 0
        self._path = path
        self._is_told = False

    def open(self, read: Callable[[], Account]) -> None:
        """Begins with a spool that was opened; what the one before it took with it is lost."""
        with self._passed_over(), _locked(self._path) as file:
            before, now = _read(file), read()
            lost = before.account.lost_to(now) if before.account else 0
            if lost:
                _log.error("spool_vanished", records_lost=lost, path=str(self._path.parent))
            self.lost = before.lost + lost
            _write(file, _Entry(self.lost, now))

    def note(self, account: Account) -> None:
        """Remembers what an open spool holds."""
        with self._passed_over(), _locked(self._path) as file:
            before = _read(file)
            self.lost = before.lost
            if before.account and before.account.spool == account.spool:
                newest = max(before.account, account)  # another process may have been quicker
                _write(file, _Entry(before.lost, newest))

    @contextmanager
    def _passed_over(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._is_told:
                _log.warning("spool_ledger_unusable", error=str(error))
            self._is_told = True


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough: a forked child has it, too
        os.close(file)


def _read(file: int) -> _Entry:
    try:
        return msgspec.json.decode(os.pread(file, _WIDTH, 0), type=_Entry)
    except msgspec.MsgspecError:  # new, or nobody's business any more
        return _Entry(0, None)


def _write(file: int, entry: _Entry) -> None:
    os.pwrite(file, msgspec.json.encode(entry).ljust(_WIDTH), 0)
