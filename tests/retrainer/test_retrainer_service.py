"""The service as a process: stopped, killed, started again, and started wrongly."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.read_models import read_models
from tests.databases import copy_of, opened
from tests.retrainer.conftest import GAME
from tests.retrainer.service import COMMAND, RunningRetrainer, environment, start
from tests.servers.process import has_ended
from tests.servers.waiting import wait_until

#: Says its number, then trains as soon as the pipe `gate` gives it a byte.
PATIENT = """
import os, pathlib, sys
output, gate, pid = map(pathlib.Path, sys.argv[1:])
pid.write_text(str(os.getpid()))
gate.open("rb", buffering=0).read(1)
output.write_text("model")
"""
#: Each starts several processes, perhaps beside others that keep the machine busy.
pytestmark = pytest.mark.timeout(300)
Start = Callable[..., RunningRetrainer]
LetTrain = Callable[[], object]


@pytest.fixture
def let_train(tmp_path: Path) -> Iterator[LetTrain]:
    """A function that lets one training, under way or to come, be done."""
    os.mkfifo(tmp_path / "gate")
    with (tmp_path / "gate").open("r+b", buffering=0) as gate:
        yield lambda: gate.write(b"1")


@pytest.fixture
def start_retrainer(
    tmp_path: Path,
    sqlite_url: str,
    let_train: LetTrain,  # noqa: ARG001 - its pipe is there
) -> Iterator[Start]:
    """A function that starts a retrainer in this test's folder."""
    with ExitStack() as started:

        def begin(**settings: str) -> RunningRetrainer:
            words = [sys.executable, "-c", PATIENT, "{output}"]
            words += [str(tmp_path / "gate"), str(tmp_path / "pid")]
            own = {"RETRAINER_COMMAND": shlex.join(words)}
            retrainer = start(tmp_path, environment(tmp_path, sqlite_url, **(own | settings)))
            started.callback(retrainer.server.stop)
            return retrainer

        yield begin


def training_pid(folder: Path) -> int:
    file = folder / "pid"
    wait_until(lambda: file.exists() and file.read_text() != "", what="the training")
    return int(file.read_text())


def test_a_killed_service_takes_up_its_work_again(
    start_retrainer: Start, let_train: LetTrain, tmp_path: Path, sqlite_url: str
) -> None:
    first = start_retrainer()
    first.retrain(game=GAME)
    lost = training_pid(tmp_path)
    first.server.kill()
    assert psutil.pid_exists(lost)
    (tmp_path / "pid").unlink()
    second = start_retrainer()
    wait_until(lambda: has_ended(lost), what="the end of what the killed service left running")
    second.wait_for("interrupted", None)
    let_train()
    second.wait_for("interrupted", "success")
    version = second.seen()["runs"][0]["model_version"]
    assert (tmp_path / "data/retrainer/models" / version).read_text() == "model"
    engine = create_engine_for(sqlite_url)
    with reading(engine) as connection:
        assert [(row.version, row.active) for row in read_models(connection)] == [(version, True)]
    engine.dispose()


def test_sigterm_ends_the_training_instead_of_waiting_for_it(
    start_retrainer: Start, let_train: LetTrain, tmp_path: Path
) -> None:
    retrainer = start_retrainer()
    retrainer.retrain(game=GAME)
    pid = training_pid(tmp_path)
    retrainer.server.stop()  # had it waited, it would have been killed, and the run interrupted
    assert has_ended(pid)
    let_train()
    start_retrainer().wait_for("stopped", "success")


def test_the_cooldown_survives_a_restart(start_retrainer: Start, let_train: LetTrain) -> None:
    let_train()
    first = start_retrainer()
    first.retrain(game=GAME)
    first.wait_for("success")
    first.server.stop()
    second = start_retrainer()
    second.retrain(game=GAME)
    wait_until(lambda: second.seen()["requests"][0]["decision"] == "refused_cooldown")
    assert second.outcomes() == ["success"]


def test_two_services_in_one_folder_are_refused(
    start_retrainer: Start, tmp_path: Path, sqlite_url: str
) -> None:
    start_retrainer()
    ended = run(environment(tmp_path, sqlite_url, RETRAINER_PORT="0"))
    assert ended.returncode == 1
    assert "another retrainer works in" in ended.stderr


@pytest.mark.parametrize(
    ("settings", "code", "line"),
    [
        (
            {"RETRAINER_HOST": "0.0.0.0"},
            2,
            "RETRAINER_TOKEN: needed to listen on 0.0.0.0, beyond loopback\n",
        ),
        ({"RETRAINER_COMMAND": "train"}, 2, "RETRAINER_COMMAND: must hold {output}"),
        ({"RETRAINER_PORT": "many"}, 2, "RETRAINER_PORT: "),
        (
            {"RETRAINER_HOST": "192.0.2.1", "RETRAINER_TOKEN": "hidden"},
            1,
            "cannot listen on 192.0.2.1:",
        ),
    ],
    ids=["token", "command", "port", "address"],
)
def test_unusable_settings_are_one_line(
    tmp_path: Path, sqlite_url: str, settings: dict[str, str], code: int, line: str
) -> None:
    ended = run({"RETRAINER_PORT": "0"} | environment(tmp_path, sqlite_url, **settings))
    assert ended.returncode == code
    assert ended.stderr.startswith(line)
    assert ended.stderr.count("\n") == 1
    assert "hidden" not in ended.stderr


def test_a_database_of_another_version_is_one_line(sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_of(sqlite_template, tmp_path / "test.db")
    with opened(url) as engine, writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ended = run({"RETRAINER_PORT": "0"} | environment(tmp_path, url))
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("database: its schema is not known to this version (")
    assert "Traceback" not in ended.stderr


def run(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        COMMAND, env=settings, capture_output=True, text=True, check=False, timeout=90
    )
