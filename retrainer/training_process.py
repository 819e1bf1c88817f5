"""A child process with all its descendants: output kept, time limited, ended for good."""

import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

#: How much of a command's output is kept in its log file, in bytes.
LOG_LIMIT = 1_000_000
#: Says in the environment of all descendants which training they belong to.
_MARK = "LOTOFACIL_TRAINING"
_STEP_SECONDS = 0.05
_CHUNK = 65_536


class TrainingProcess:
    """A command in a process group of its own; its output goes to `log`, its last part wins.

    `name` is that of its training. Raises OSError when it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str], name: str
    ) -> None:
        self._name = name
        self._process = subprocess.Popen(  # noqa: S603 - the operator's command, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**environment, _MARK: name},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._keep_output, args=(log,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, seconds: float, each_step: Callable[[], bool]) -> int | None:
        """The exit code; None when time is over or `each_step` says False (then it still runs)."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(min(left, _STEP_SECONDS))
            if not each_step():
                break
        return self._process.poll()

    def end(self, grace: float) -> None:
        """Ends the whole group: asked first, then, after `grace` seconds, made to.

        Had the command not ended by itself, so does what left its group.
        """
        is_cut_short = self._process.poll() is None
        if is_cut_short:
            _signal_group(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        _signal_group(self.pid, signal.SIGKILL)  # also what it left behind
        self._process.wait()
        if is_cut_short:
            _end_departed(self._name)
        # A descendant that left the group may hold the pipe open: it is not waited for.
        self._reader.join(timeout=0.2)

    def _keep_output(self, log: Path) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - asked for above
        # A full disk costs the output: the closed pipe then ends the command, too.
        with suppress(OSError), pipe, log.open("w+b", buffering=0) as file:
            while chunk := pipe.read1(_CHUNK):  # type: ignore[attr-defined]  # a buffered reader
                _append(file, chunk)


def _append(file: io.FileIO, chunk: bytes) -> None:
    if file.tell() + len(chunk) > LOG_LIMIT:
        file.seek(-min(file.tell(), LOG_LIMIT // 2), os.SEEK_END)
        newest = file.read()
        file.seek(0)
        file.truncate()
        file.write(b"[...]\n" + newest)
    file.write(chunk)


def tail(log: Path, size: int) -> str:
    """The last `size` bytes of a log as text; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read().decode("utf-8", "replace").replace("\x00", "").strip()


class Remembered:
    """Files that name the children under way, so that a next life can end what a kill left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, pid: int) -> None:
        """Remembers a child of ours."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with suppress(psutil.NoSuchProcess):  # it has ended already: nothing to remember
            started = psutil.Process(pid).create_time()
            (self._folder / f"{name}.pid").write_text(f"{pid} {started}", "utf-8")

    def clear(self, name: str) -> None:
        """Forgets a child that has ended."""
        (self._folder / f"{name}.pid").unlink(missing_ok=True)

    def end_leftovers(self) -> int:
        """Ends the groups of children that an earlier life left, and says how many there were."""
        files = list(self._folder.glob("*.pid"))
        ended = sum(_end_leftover(file.read_text("utf-8")) for file in files)
        for file in files:
            _end_departed(file.stem)
            file.unlink(missing_ok=True)
        return ended


def _end_leftover(remembered: str) -> bool:
    try:
        pid, started = remembered.split()
        same = psutil.Process(int(pid)).create_time() == float(started)
    except (ValueError, psutil.NoSuchProcess):
        return False
    if same:  # and not another process that got its number
        _signal_group(int(pid), signal.SIGKILL)
    return same


def _end_departed(name: str) -> None:
    """Ends what descends from a training, whatever session or parent it has by now."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has ended, or is another user's
            if name and process.environ().get(_MARK) == name:
                process.kill()


def _signal_group(pid: int, number: signal.Signals) -> None:
    # A new session's group has its leader's number, and keeps it while any member lives.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
