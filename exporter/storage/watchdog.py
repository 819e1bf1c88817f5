"""Ends what is past its limits, in the database too: one thread looks at all that is under way.

A connection that was told to end is not used again: the wish may reach the database late.
"""

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from math import inf
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.storage.cancelling import cancel, sever
from exporter.storage.limits import Limits, current
from exporter.storage.turns import OutOfTime

#: Why work is ended, as the metric tells it.
REASONS = ("deadline", "client_left", "stopping")
#: Between two looks, and from a kind word to cutting the line, in seconds.
_TICK = 0.1
_GRACE = 1.0
#: How long a process that ends waits for what it cancelled, in seconds.
_PATIENCE = 1.5
_log = get_logger(__name__)
_ended = Counter[str]()


def ended() -> Mapping[str, int]:
    """How often work was ended since this process started, by reason."""
    return {reason: _ended[reason] for reason in REASONS}


class Ending:
    """The moment (monotonic) by which everything on an engine has to be over."""

    def __init__(self) -> None:
        self.at = inf

    def fault(self, limits: Limits) -> str | None:
        """Why work within these limits is to end now; None: it may go on."""
        now = time.monotonic()
        return "stopping" if now >= self.at else limits.fault(now)


class Watch:
    """One use of a connection, from when it is taken out of the pool until it is back."""

    def __init__(self, engine: Engine, connection: Any) -> None:
        self.engine = engine
        self._connection = connection
        self._limits = current()
        self._ending = _ending(engine)
        self._lock = Lock()
        self._is_over = False
        self._told_at: float | None = None
        self._is_forced = False

    def look(self) -> None:
        """Ends the work if it is time to, by force where a kind word did not help."""
        if self._told_at is None:
            reason = self._ending.fault(self._limits)
            if reason:
                self._tell(reason)
        elif time.monotonic() - self._told_at > _GRACE:
            self._force()

    def _force(self) -> None:
        with self._lock, suppress(Exception):  # whatever the driver says of a dying connection
            if not self._is_over:
                if not self._is_forced:
                    self._is_forced = True
                    self._begin_to_cancel(wholly=True)
                sever(self.engine.dialect, self._connection)

    def end(self) -> bool:
        """The connection goes back; whether it was told to end."""
        with self._lock:
            self._is_over = True
            return self._told_at is not None

    def _tell(self, reason: str) -> None:
        with self._lock:
            if self._is_over:
                return
            self._told_at = time.monotonic()
        _ended[reason] += 1
        _log.warning("database_work_ended", reason=reason)
        self._begin_to_cancel(wholly=False)

    def _begin_to_cancel(self, *, wholly: bool) -> None:
        # Apart: in a network that swallows everything it takes its time.
        work = partial(self._cancel, wholly=wholly)
        Thread(target=work, name="lotofacil-cancel", daemon=True).start()

    def _cancel(self, *, wholly: bool) -> None:
        try:
            cancel(self.engine, self._connection, wholly=wholly)
        except Exception as error:  # noqa: BLE001 - cutting the line is next
            _log.info("database_not_told", error=f"{type(error).__name__}: {error}")


class Watchdog:
    """Looks at all watches while there are any."""

    def __init__(self) -> None:
        self._begin()
        on_fork(self, Watchdog._begin)

    def _begin(self) -> None:
        self._watches: set[Watch] = set()
        self._some = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def add(self, watch: Watch) -> None:
        """Looks at it from now on."""
        self._watches.add(watch)
        if not self._some.is_set():
            self._some.set()
        if self._thread is None:
            self._start()

    def remove(self, watch: Watch) -> None:
        """Looks at it no more."""
        self._watches.discard(watch)

    def watches(self, engine: Engine) -> bool:
        """Whether a connection of this engine is in use."""
        return any(watch.engine is engine for watch in self._watches.copy())

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="lotofacil-watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._some.wait():
            time.sleep(_TICK)
            for watch in self._watches.copy():
                _look_at(watch)
            if not self._watches:
                self._some.clear()
                if self._watches:  # one came in between
                    self._some.set()


def _look_at(watch: Watch) -> None:
    try:
        watch.look()
    except Exception as error:  # noqa: BLE001 - it must go on looking at all the others
        _log.error("database_work_not_watched", error=f"{type(error).__name__}: {error}")


_WATCHDOG = Watchdog()


def guard(engine: Engine) -> None:
    """Has every connection of the engine heed the limits of those who use it."""
    engine.update_execution_options(ending=Ending())

    def lent(connection: Any, record: Any, _proxy: object) -> None:
        watch = record.info["watch"] = Watch(engine, connection)
        _WATCHDOG.add(watch)
        try:
            _prepare(engine, connection, record.info)
        except engine.dialect.loaded_dbapi.Error as error:
            _end(watch)
            if "lock" not in record.info:
                raise  # just connected: the pool would try once more, and hide why it failed
            raise InvalidatePoolError from error  # the pool connects again

    def returned(_connection: object, record: Any) -> None:
        watch = record.info.pop("watch", None)
        if watch is not None and _end(watch):
            record.invalidate()

    event.listen(engine, "checkout", lent)
    event.listen(engine, "checkin", returned)


def check(engine: Engine) -> None:
    """Raises OutOfTime where nothing more may begin."""
    limits = current()
    reason = _ending(engine).fault(limits)
    if reason == "deadline":
        raise OutOfTime(f"took longer than {limits.seconds:g} s")
    if reason:
        raise OutOfTime("the process ends" if reason == "stopping" else "the client has left")


def seconds_left(engine: Engine) -> float:
    """How long this thread's work may still take; infinite where it has no end."""
    return min(_ending(engine).at, current().ends) - time.monotonic()


def hurry(engine: Engine, seconds: float) -> None:
    """Ends in so many seconds whatever is then under way, and lets nothing begin after that.

    One assignment: safe in a signal handler.
    """
    _ending(engine).at = time.monotonic() + seconds


def end_all(engine: Engine) -> None:
    """Ends what is under way now, and waits a little: MySQL would go on for who has gone."""
    hurry(engine, 0)
    patience = time.monotonic() + _PATIENCE
    while _WATCHDOG.watches(engine) and time.monotonic() < patience:
        time.sleep(_TICK / 2)


def _ending(engine: Engine) -> Ending:
    ending: Ending = engine.get_execution_options()["ending"]
    return ending


def _end(watch: Watch) -> bool:
    _WATCHDOG.remove(watch)
    return watch.end()


def _prepare(engine: Engine, connection: Any, info: dict[str, Any]) -> None:
    """Sets how long to wait for locks, where that changes; else looks whether anybody answers.

    One statement in either case: to be told of a limit, the database has to answer.
    """
    lock = current().lock
    if info.get("lock") != lock:
        _limit_locks(engine, connection, lock)
        info["lock"] = lock
    elif engine.dialect.name != "sqlite":
        engine.dialect.do_ping(connection)


def _limit_locks(engine: Engine, connection: Any, seconds: float) -> None:
    match engine.dialect.name:
        case "sqlite":
            connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
        case "postgresql":
            connection.autocommit = True  # or a rollback would take it back
            connection.execute(f"SET lock_timeout = {round(seconds * 1000)}")
            connection.autocommit = False
        case _:
            with connection.cursor() as cursor:
                cursor.execute(_limit_mysql_locks(engine, seconds))


def _limit_mysql_locks(engine: Engine, seconds: float) -> str:
    # Whole seconds. MariaDB takes 0 for a table's lock, so that a call need not wait for it.
    least = 0 if getattr(engine.dialect, "is_mariadb", False) else 1
    table, row = max(least, int(seconds)), max(1, int(seconds))
    return f"SET lock_wait_timeout = {table}, innodb_lock_wait_timeout = {row}"
