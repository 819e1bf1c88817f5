"""Training runs with real child processes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.domain.retraining import Outcome
from retrainer.command import Command
from retrainer.training import Training, TrainingResult
from retrainer.training_process import LOG_LIMIT, Remembered, TrainingProcess
from tests.servers.process import has_ended
from tests.servers.waiting import wait_until

WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('model')"
#: A command with a child of its own; both ignore being asked to end.
STUBBORN = """
import pathlib, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c',
    'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()'])
pathlib.Path(sys.argv[2]).write_text(str(child.pid))
signal.pause()
"""


#: A command whose child leads a session of its own, as those of training frameworks do; the
#: child's parent ends at once, so that nothing but its environment says where it comes from.
DEPARTED = """
import pathlib, subprocess, sys, time
orphan = 'import subprocess, sys; print(subprocess.Popen([sys.executable, "-c", "import signal; ' \
    'signal.pause()"], start_new_session=True, stdout=subprocess.DEVNULL).pid)'
pid = subprocess.run([sys.executable, '-c', orphan], stdout=subprocess.PIPE, text=True).stdout
pathlib.Path(sys.argv[2]).write_text(pid)
time.sleep(1_000)
"""


def train(
    folder: Path,
    code: str,
    *arguments: str,
    timeout: float = 30,
    stopping: threading.Event | None = None,
    alive: Callable[[], bool] = lambda: True,
) -> TrainingResult:
    words = [sys.executable, "-c", code, "{output}", *arguments]
    training = Training(Command(words), folder, timeout, {})
    return training.run("lotofacil", "v1", stopping or threading.Event(), alive)


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "models").iterdir())


def test_a_written_model_gets_its_name(folder: Path) -> None:
    result = train(folder, WRITE)
    assert result == TrainingResult(Outcome.SUCCESS, "model written")
    assert left_behind(folder) == ["v1"]
    assert (folder / "models" / "v1").read_text() == "model"


def test_a_model_may_be_a_folder(folder: Path) -> None:
    code = "import os, sys; os.mkdir(sys.argv[1]); open(sys.argv[1] + '/w', 'w').close()"
    assert train(folder, code).outcome is Outcome.SUCCESS
    assert (folder / "models" / "v1" / "w").exists()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("pass", "exit code 0, but no model was written"),
        ("import sys; open(sys.argv[1], 'w').close()", "exit code 0, but the model is empty"),
        (f"{WRITE}; sys.exit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
        (
            "print('so far', flush=True); raise SystemExit('no data')",
            "exit code 1; last output:\nso far",
        ),
    ],
)
def test_anything_else_is_a_failure_that_says_why(folder: Path, code: str, reason: str) -> None:
    result = train(folder, code)
    assert result.outcome is Outcome.FAILED
    assert reason in result.detail
    assert left_behind(folder) == []


def test_a_command_that_is_not_there_is_a_failure(folder: Path) -> None:
    training = Training(Command(["/nowhere/train", "{output}"]), folder, 5, {})
    result = training.run("lotofacil", "v1", threading.Event(), lambda: True)
    assert result == TrainingResult(Outcome.FAILED, "No such file or directory: /nowhere/train")


def test_a_secret_in_the_output_is_not_told(folder: Path) -> None:
    result = train(folder, "raise SystemExit('cannot reach postgresql://u:s3cret@db/lotofacil')")
    assert result.detail.endswith("cannot reach postgresql://u:***@db/lotofacil")


def test_endless_output_is_bounded_and_its_end_is_kept(folder: Path) -> None:
    code = "for i in range(400_000): print('line', i)\nraise SystemExit(1)"
    result = train(folder, code)
    log = folder / "training" / "v1.log"
    assert log.stat().st_size <= LOG_LIMIT + 100
    assert result.detail.endswith("line 399999")
    assert len(result.detail) < 5_000


def test_a_timeout_ends_the_command_and_its_children(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrainer.training._GRACE_ON_TIMEOUT", 0.1)
    pid, timeout = tmp_path / "pid", 0.5
    while not (pid.exists() and pid.read_text()):  # a busy machine takes longer to start both
        timeout *= 2
        result = train(folder, STUBBORN, str(pid), timeout=timeout)
    assert result.outcome is Outcome.TIMEOUT
    assert f"RETRAINER_TIMEOUT_SECONDS={timeout:g}" in result.detail
    wait_until(lambda: has_ended(int(pid.read_text())))


def test_stopping_ends_a_stubborn_command_without_the_grace_of_a_timeout(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrainer.training._GRACE_ON_TIMEOUT", 90)
    stopping, pid = threading.Event(), tmp_path / "pid"
    stopped_at: list[float] = []

    def stop() -> None:
        wait_until(lambda: pid.exists() and pid.read_text())
        stopped_at.append(time.monotonic())
        stopping.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    result = train(folder, STUBBORN, str(pid), stopping=stopping, timeout=1_000)
    stopper.join()
    assert result.outcome is Outcome.STOPPED
    assert time.monotonic() - stopped_at[0] < 60
    wait_until(lambda: has_ended(int(pid.read_text())))


def test_descendants_that_left_the_session_are_ended_too(folder: Path, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    result = train(folder, DEPARTED, str(pid), alive=lambda: not (pid.exists() and pid.read_text()))
    assert result.outcome is Outcome.INTERRUPTED
    wait_until(lambda: has_ended(int(pid.read_text())), what="the end of what left the session")


def test_what_an_earlier_life_left_in_another_session_is_ended(tmp_path: Path) -> None:
    pid, notes = tmp_path / "pid", Remembered(tmp_path / "under-way")
    child = TrainingProcess(
        [sys.executable, "-c", DEPARTED, "x", str(pid)], tmp_path / "log", {}, "v1"
    )
    notes.write("v1", child.pid)
    wait_until(lambda: pid.exists() and pid.read_text(), what="the departed child")
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60, lambda: True)
    Remembered(tmp_path / "under-way").end_leftovers()
    wait_until(lambda: has_ended(int(pid.read_text())), what="the end of what left the session")
    child.end(0)


def test_a_run_that_was_given_up_is_ended(folder: Path) -> None:
    result = train(folder, "import signal; signal.pause()", alive=lambda: False)
    assert result.outcome is Outcome.INTERRUPTED


def test_what_an_earlier_life_left_running_is_ended(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "under-way")
    child = TrainingProcess(
        [sys.executable, "-c", "import signal; signal.pause()"], tmp_path / "log", {}, ""
    )
    remembered.write("v1", child.pid)
    remembered.write("gone", child.pid)
    (tmp_path / "under-way" / "gone.pid").write_text(f"{child.pid} 1.0")  # another's old number
    assert Remembered(tmp_path / "under-way").end_leftovers() == 1
    assert child.wait(60, lambda: True) == -9
    assert list((tmp_path / "under-way").iterdir()) == []
    child.end(0)
