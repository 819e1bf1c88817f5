"""One program that is kept running: its command, its log file, its process group."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from exporter.stack.local.guardian import send

#: A log file that is larger than this when its program starts begins anew.
_LOG_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, with which additions to the environment, when, and when it is ready."""

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    may_start: Callable[[], bool] = lambda: True


class Guardian:
    """Tells the guarding process what runs, over a pipe that breaks when this process ends."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exporter.stack.local.guardian"],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal must not reach it
        )

    def watch(self, group: int) -> None:
        self._say(f"+{group}")

    def forget(self, group: int) -> None:
        self._say(f"-{group}")

    def close(self) -> None:
        """Lets it end, together with whatever it still watches."""
        self._pipe.close()
        self._process.wait()

    @property
    def _pipe(self) -> IO[str]:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        return self._process.stdin

    def _say(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed it: we still end our children ourselves
            print(line, file=self._pipe, flush=True)


class Child:
    """A running program in a process group of its own."""

    def __init__(self, program: Program, log: Path, guardian: Guardian) -> None:
        self.program = program
        self._guardian = guardian
        mode = "wb" if log.exists() and log.stat().st_size > _LOG_LIMIT else "ab"
        with log.open(mode) as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,
            )
        guardian.watch(self._process.pid)

    def ended(self) -> int | None:
        """The exit code (negative: the signal that ended it); None while it runs."""
        code = self._process.poll()
        if code is not None:
            self._guardian.forget(self._process.pid)
        return code

    def ask_to_end(self) -> None:
        send(self._process.pid, signal.SIGTERM)

    def make_end(self) -> None:
        """Kills the whole group, also what is left of it after its first process."""
        send(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._guardian.forget(self._process.pid)
