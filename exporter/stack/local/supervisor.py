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


class Announcer(Protocol):
    """Is told what happens."""

    def ready(self, name: str, seconds: float) -> None: ...

    def ended(self, name: str, code: int, pause: float) -> None: ...


@dataclass(slots=True)
class _State:
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
        announcer: Announcer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._states = [_State(program, log_folder / f"{program.name}.log") for program in programs]
        self._announcer = announcer
        self._clock = clock
        self._guardian = Guardian()

    def run(self, stopping: Event) -> None:
        """Starts every program and keeps it running; then ends all of them."""
        try:
            while not stopping.is_set():
                for state in self._states:
                    self._look_at(state)
                stopping.wait(_TICK)
        finally:
            self._end_all()
            self._guardian.close()

    def _look_at(self, state: _State) -> None:
        now = self._clock()
        if state.child is None:
            if now >= state.start_again_at and state.program.may_start():
                self._start(state, now)
        elif (code := state.child.ended()) is not None:
            state.child.make_end()  # what it may have left running
            self._bury(state, code, now)
        elif not state.is_ready and state.program.is_ready():
            state.is_ready = True
            self._announcer.ready(state.program.name, self._clock() - state.started_at)

    def _start(self, state: _State, now: float) -> None:
        state.child = Child(state.program, state.log, self._guardian)
        state.started_at, state.is_ready = now, False

    def _bury(self, state: _State, code: int, now: float) -> None:
        """Plans another start, the later the more often it failed in a row."""
        state.failures = 0 if now - state.started_at > STEADY else state.failures
        pause = PAUSES[min(state.failures, len(PAUSES) - 1)]
        state.failures += 1
        state.child, state.is_ready, state.start_again_at = None, False, now + pause
        self._announcer.ended(state.program.name, code, pause)

    def _end_all(self) -> None:
        running = [state.child for state in self._states if state.child]
        for child in running:
            child.ask_to_end()
        deadline = self._clock() + GRACE
        while self._clock() < deadline and any(child.ended() is None for child in running):
            time.sleep(_TICK / 2)
        for child in running:
            child.make_end()
