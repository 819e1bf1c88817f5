"""A process that migrates a database and is killed at a statement, as by kill -9."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

from sqlalchemy import Engine, event

from exporter.storage import migrate
from exporter.storage.engine import create_engine_for

#: Its processes begin with all of this imported: one takes some hundredths of a second.
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload([__name__])
_WRITES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")


def on_writes(engine: Engine, moment: str, act: Callable[[str], object]) -> None:
    """Calls with each statement that writes, "before" or "after" it."""

    def look(*arguments: Any) -> None:
        statement = arguments[2].strip()
        if statement.startswith(_WRITES):
            act(statement)

    event.listen(engine, f"{moment}_cursor_execute", look)


def is_killed_after(statement: str, url: str, up_to: str, *, down: bool = False) -> bool:
    """Whether it came to the statement, after which it is killed."""
    return _ended(_start(_die_after, statement, url, up_to, down))


def is_killed_within(statement: str, seconds: float, url: str, up_to: str) -> bool:
    """The same, so many seconds after the statement began."""
    return _ended(_start(_die_within, statement, seconds, url, up_to))


def held_before(statement: str, url: str) -> BaseProcess:
    """One that stands before that statement and goes no further."""
    there = _WARM.Event()
    process = _start(_hold_before, statement, url, there)
    assert there.wait(60)
    return process


def _start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    process = _WARM.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def _ended(process: BaseProcess) -> bool:
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL, -signal.SIGALRM)
    return process.exitcode != 0


def _die_after(statement: str, url: str, up_to: str, down: bool) -> None:
    engine = create_engine_for(url)
    on_writes(engine, "after", _at(statement, os.kill, os.getpid(), signal.SIGKILL))
    (migrate.downgrade if down else migrate.upgrade)(engine, up_to)


def _die_within(statement: str, seconds: float, url: str, up_to: str) -> None:
    """The kernel ends it: nothing handles this signal, so no line of ours runs."""
    engine = create_engine_for(url)
    on_writes(engine, "before", _at(statement, signal.setitimer, signal.ITIMER_REAL, seconds))
    migrate.upgrade(engine, up_to)


def _hold_before(statement: str, url: str, there: Event) -> None:
    engine = create_engine_for(url)
    on_writes(engine, "before", _at(statement, there.set))
    on_writes(engine, "before", _at(statement, signal.pause))
    migrate.upgrade(engine)


def _at(statement: str, act: Callable[..., object], *arguments: object) -> Callable[[str], object]:
    return lambda reached: act(*arguments) if reached == statement else None
