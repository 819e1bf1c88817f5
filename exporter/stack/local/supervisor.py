"""Keeps programs running until told to stop, and tells what happens to them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

from exporter.stack.local.process import Child, Guardian, Program

#: Seconds between two looks at the programs.
_TICK = 0.1
#: Seconds that programs have to end by themselves.
GRACE = 2.0
#: Pauses before a program that ended is started again, in seconds; the last one repeats.
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
#: A program that ran this long, in seconds, starts again with the first pause.
STEADY = 60.0


class Listener(Protocol):
    """Is told what happens."""

    def ready(self, name: str, seconds: float) -> None: ...

    def ended(self, name: str, code: int, pause: float) -> None: ...


@dataclass(slots=True)
class _Kept:
    """A program and the state it is in."""

    program: Program
    log: Path
    child: Child | None = None
    started_at: float = 0.0
    is_ready: bool = False
    failures: int = 0
    start_again_at: float = 0.0


class Supervisor:
    """Runs programs in one thread; `run` returns after `stopping` was set and all have ended."""

    def __init__(
        self,
        programs: Sequence[Program],
        log_folder: Path,
        listener: Listener,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = [_Kept(program, log_folder / f"{program.name}.log") for program in programs]
        self._listener = listener
        self._clock = clock
        self._guardian = Guardian()

    def run(self, stopping: Event) -> None:
        """Starts every program and keeps it running; then ends all of them."""
        try:
            while not stopping.is_set():
                for kept in self._kept:
                    self._look_at(kept)
                stopping.wait(_TICK)
        finally:
            self._end_all()
            self._guardian.close()

    def _look_at(self, kept: _Kept) -> None:
        now = self._clock()
        if kept.child is None:
            if now >= kept.start_again_at and kept.program.may_start():
                self._start(kept, now)
        elif (code := kept.child.ended()) is not None:
            kept.child.make_end()  # what it may have left running
            self._bury(kept, code, now)
        elif not kept.is_ready and kept.program.is_ready():
            kept.is_ready = True
            self._listener.ready(kept.program.name, self._clock() - kept.started_at)

    def _start(self, kept: _Kept, now: float) -> None:
        kept.child = Child(kept.program, kept.log, self._guardian)
        kept.started_at, kept.is_ready = now, False

    def _bury(self, kept: _Kept, code: int, now: float) -> None:
        """Plans another start, the later the more often it failed in a row."""
        kept.failures = 0 if now - kept.started_at > STEADY else kept.failures
        pause = PAUSES[min(kept.failures, len(PAUSES) - 1)]
        kept.failures += 1
        kept.child, kept.is_ready, kept.start_again_at = None, False, now + pause
        self._listener.ended(kept.program.name, code, pause)

    def _end_all(self) -> None:
        running = [kept.child for kept in self._kept if kept.child]
        for child in running:
            child.ask_to_end()
        deadline = self._clock() + GRACE
        while self._clock() < deadline and any(child.ended() is None for child in running):
            time.sleep(_TICK / 2)
        for child in running:
            child.make_end()
