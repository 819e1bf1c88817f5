"""SQLite's files: made here, watched, and opened by SQLite alone.

Closing any descriptor of a file gives up every lock that the process has on it (POSIX), SQLite's
own too. The next process that closes the database then believes to be the last one, and removes
the log under all others.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4
from weakref import WeakSet

#: What SQLite says of a file that is none of its own any more.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOG = "-wal"
#: Between two tries at what SQLite itself does not wait for, in seconds.
_BETWEEN_TRIES = 0.01
_REMOVED, _REPLACED = "was removed", "was replaced"
_UNTIL_RESTART = (
    "nothing is written to it until this process is restarted"
    " (before that, see docs/runbooks/LotofacilDatabaseFileLost.md)"
)


def create(path: Path, mode: int) -> None:
    """Makes an empty file of this mode, a new database to SQLite; one that is there stays.

    Under another name until nobody has it open: it may be in use as soon as it has its own.
    """
    with suppress(OSError, RuntimeError):  # SQLite says what is wrong, and makes the file itself
        if path.exists():
            return
        path = path.resolve()  # a link to a file that is still to be made; or one to itself
        draft = path.with_name(f".{path.name}.{uuid4().hex}")
        _make(draft, mode)
        try:
            _name(draft, path, mode)
        finally:
            draft.unlink()


def _name(draft: Path, path: Path, mode: int) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another was quicker
    except OSError:  # a file system without hard links
        _make(path, mode)


def _make(path: Path, mode: int) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, mode))


def when_free(step: Callable[[], object], seconds: float) -> None:
    """Takes a step, again and again while the file is locked, for this long.

    For what SQLite does not wait for: a new file gets its log, and another connection reads it.
    """
    until = monotonic() + seconds
    while True:
        try:
            step()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_BETWEEN_TRIES)
        else:
            return


class FileLost(sqlite3.OperationalError):
    """The database is not used any more: what is written now would not be found again."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN


class LiveFile:
    """A database's file and its log, as the connections of one engine have them open.

    SQLite goes on in files that were removed or replaced, and makes new ones beside them. While
    one of its connections is open, neither the file nor its log may become another.
    """

    def __init__(self) -> None:
        self._open = WeakSet[object]()  # records of the pool; some go without being closed
        self._files: dict[str, os.stat_result] = {}
        self._for_good = ""

    def opened(self, connection: sqlite3.Connection, record: object) -> None:
        """Remembers what the first connection opened; the others have the same files open."""
        connection.execute("PRAGMA schema_version").fetchone()  # opens the log, too
        path = connection.execute("PRAGMA database_list").fetchone()[2]
        if not self._open:
            self.forget()
        if path and not self._files:  # else it is in memory
            self._files = _files_of(path)
        self._open.add(record)

    def closed(self, _connection: sqlite3.Connection, record: object) -> None:
        """The last one to close removes the log, and then there may be another file as well."""
        self._open.discard(record)
        if not self._open:
            self.forget()

    def forget(self) -> None:
        """Nothing is open, as in a forked child; what was lost before stays lost."""
        if not self.fault():
            self._open.clear()
            self._files = {}

    def fault(self) -> str:
        """Why the database must not be used; "": all is well."""
        files = {} if self._for_good else self._files
        for path, opened in files.items():
            became = _became(path, opened)
            if became and not path.endswith(_LOG):
                return f"the file {became} under this process; unless it is back, {_UNTIL_RESTART}"
            if became and self._open and files is self._files:  # we did not close it meanwhile
                self._for_good = f"its log (-wal) {became} under this process; {_UNTIL_RESTART}"
        return self._for_good

    def save(self, connection: sqlite3.Connection) -> None:
        """Carries over into the file what only its log holds, which has no name any more.

        Not beside another log: it and ours would be taken for one.
        """
        became = {path: _became(path, opened) for path, opened in self._files.items()}
        logs = [end for path, end in became.items() if path.endswith(_LOG)]
        if any(became.values()) and _REPLACED not in logs:
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def note(self, error: BaseException) -> None:
        """Remembers an error that tells of damage."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE and not self._for_good:
            self._for_good = f"the file is damaged ({error}); {_UNTIL_RESTART}"


def _files_of(path: str) -> dict[str, os.stat_result]:
    try:
        paths = filter(Path.exists, (Path(path), Path(f"{path}{_LOG}")))
        return {str(each): each.stat() for each in paths}
    except OSError as error:  # its folder was closed after SQLite had opened it
        raise FileLost(f"the file cannot be looked at: {error.strerror}") from error


def _became(path: str, opened: os.stat_result) -> str:
    """What became of the file that was opened under this name; "": it is there."""
    try:
        now = os.stat(path)  # noqa: PTH116 - in each transaction; a Path would cost more
    except FileNotFoundError:
        return _REMOVED
    except OSError:  # its folder does not answer; it may well be there
        return ""
    return "" if os.path.samestat(now, opened) else _REPLACED
