import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from exporter.stack.local import supervisor
from exporter.stack.local.process import Program
from exporter.stack.local.supervisor import Supervisor
from tests.servers.waiting import wait_until

SLEEPER = "import os, signal; print(os.getpid(), file=open({file!r}, 'a')); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER
PARENT = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]);" + SLEEPER


class Listener:
    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.pauses: list[float] = []

    def ready(self, name: str, seconds: float) -> None:
        assert seconds >= 0
        self.events.append(("ready", name))

    def ready_now(self) -> set[str]:
        newest = {name: event for event, name in self.events}
        return {name for name, event in newest.items() if event == "ready"}

    def ended(self, name: str, code: int, pause: float) -> None:
        self.events.append((f"ended {code}", name))
        self.pauses.append(pause)


def python(name: str, code: str, is_ready: Callable[[], bool]) -> Program:
    return Program(name, (sys.executable, "-c", code), is_ready)


def sleeper(name: str, file: Path, code: str = SLEEPER) -> Program:
    return python(name, code.format(file=str(file)), lambda: file.exists() and bool(pids(file)))


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


class Running:
    """A supervisor in a thread."""

    def __init__(self, folder: Path, *programs: Program) -> None:
        self.listener = Listener()
        self._names = {program.name for program in programs}
        self._stopping = Event()
        run = Supervisor(programs, folder, self.listener).run
        self._thread = Thread(target=run, args=(self._stopping,))
        self._thread.start()

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.listener.ready_now() == self._names, what="ready programs")

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()


def test_programs_become_ready_and_end_with_the_supervisor(tmp_path: Path) -> None:
    files = [tmp_path / "a.pid", tmp_path / "b.pid"]
    running = Running(tmp_path, *(sleeper(file.stem, file) for file in files))
    running.wait_until_ready()
    found = [pids(file)[0] for file in files]
    assert all(map(psutil.pid_exists, found))
    running.stop()
    assert not any(map(psutil.pid_exists, found))
    assert sorted(running.listener.events) == [("ready", "a"), ("ready", "b")]


def test_what_does_not_end_when_asked_is_made_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 0.3)
    file = tmp_path / "a.pid"
    running = Running(tmp_path, sleeper("a", file, STUBBORN))
    running.wait_until_ready()
    running.stop()
    assert not psutil.pid_exists(pids(file)[0])


def test_a_program_that_ends_is_started_again_later_and_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.01, 0.02))
    running = Running(tmp_path, python("a", "print('hello'); raise SystemExit(3)", lambda: False))
    wait_until(lambda: len(running.listener.pauses) >= 4, what="four ends")
    running.stop()
    assert running.listener.pauses[:4] == [0.0, 0.01, 0.02, 0.02]
    assert running.listener.events[0] == ("ended 3", "a")
    assert (tmp_path / "a.log").read_text().count("hello") >= 4


def test_a_killed_program_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0,))
    file = tmp_path / "a.pid"
    running = Running(tmp_path, sleeper("a", file))
    running.wait_until_ready()
    os.kill(pids(file)[0], signal.SIGKILL)
    wait_until(lambda: len(pids(file)) == 2, what="another process")
    running.stop()
    assert ("ended -9", "a") in running.listener.events


def test_a_program_waits_for_what_it_needs(tmp_path: Path) -> None:
    needed, file = tmp_path / "needed", tmp_path / "b.pid"
    first = sleeper("a", needed)
    code = f"assert __import__('os').path.exists({str(needed)!r});" + SLEEPER.format(file=str(file))
    second = Program("b", (sys.executable, "-c", code), file.exists, may_start=needed.exists)
    running = Running(tmp_path, second, first)
    running.wait_until_ready()
    running.stop()
    assert [event for event, _ in running.listener.events] == ["ready", "ready"]


ORPHANS_MAKER = """
import sys
from pathlib import Path
from threading import Event
from exporter.stack.local.process import Program
from exporter.stack.local.supervisor import Supervisor

class Silent:
    def ready(self, *_): pass
    def ended(self, *_): pass

program = Program("a", (sys.executable, "-c", sys.argv[2]), lambda: True)
Supervisor([program], Path(sys.argv[1]), Silent()).run(Event())
"""


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.pid", tmp_path / "child.pid"
    code = PARENT.format(child=SLEEPER.format(file=str(child)), file=str(parent))
    process = subprocess.Popen([sys.executable, "-c", ORPHANS_MAKER, str(tmp_path), code])
    wait_until(lambda: pids(parent) and pids(child), what="the processes")
    found = [*pids(parent), *pids(child)]
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(runs, found)), what="the end of what it left")


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
