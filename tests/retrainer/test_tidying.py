"""Which models and logs stay, and that the others go."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from exporter.collectors.retrainer import Telemetry
from exporter.domain.moments import DAY
from exporter.domain.retraining import Outcome
from exporter.logs import LogOptions, configure_logs, log_files
from exporter.storage import retraining
from exporter.storage.engine import writing
from exporter.storage.models import promote
from exporter.storage.retraining import Trained
from retrainer.command import Command
from retrainer.tidying import Retention
from retrainer.training import Training, TrainingResult
from retrainer.worker import Worker
from tests.retrainer.conftest import COOLDOWN, GAME, FakeClock, FakeTraining
from tests.retrainer.work import ALERT, faults, look, runs, tell

NOW = 1000 * DAY
#: Writes a model; fails where the file `fail` is there.
WRITE = """
import pathlib, sys
print("training")
if pathlib.Path(sys.argv[2]).exists():
    sys.exit(1)
pathlib.Path(sys.argv[1]).write_text("model")
"""


def trained(
    version: str, outcome: str = "success", *, active: bool = False, at: int = 0
) -> Trained:
    return Trained(version, outcome, active, at)


def test_the_newest_the_one_in_use_and_the_one_before_it_stay() -> None:
    ended = [
        trained("v9", "failed"),
        *(trained(f"v{n}") for n in (8, 7, 6, 5)),
        trained("v4", active=True),
        trained("v3", "interrupted"),
        *(trained(f"v{n}") for n in (2, 1)),
    ]
    kept = Retention(2).retained(ended, NOW)
    assert kept.models == {"v8", "v7", "v4", "v2"}
    assert kept.logs == {"v9", "v8", "v7", "v4", "v2"}


def test_a_version_that_predicted_lately_stays() -> None:
    old, lately = trained("old", at=NOW - 30 * DAY), trained("lately", at=NOW - 30 * DAY + 1)
    assert Retention(1).retained([trained("v3"), lately, old], NOW).models == {"v3", "lately"}


def test_a_model_of_a_run_that_did_not_succeed_stays_where_it_was_put_in_use() -> None:
    rescued = trained("rescued", "interrupted", active=True)
    assert Retention(1).retained([trained("v3"), rescued], NOW).models == {"v3", "rescued"}


TRAINED = st.builds(
    Trained,
    st.uuids().map(str),
    st.sampled_from([outcome.value for outcome in Outcome]),
    st.just(value=False),
    st.sampled_from([0, NOW - 60 * DAY, NOW - DAY]),
)


@given(st.lists(TRAINED), st.integers(1, 5), st.data())
def test_nothing_needed_ever_goes_and_the_rest_is_bounded(
    ended: list[Trained], newest: int, data: st.DataObject
) -> None:
    made = [one.version for one in ended if one.outcome == "success"]
    active = data.draw(st.sampled_from(made)) if made else None
    ended = [one._replace(is_active=one.version == active) for one in ended]
    lately = {one.version for one in ended if one.last_predicted_at == NOW - DAY}
    kept = Retention(newest).retained(ended, NOW)
    assert kept.models >= lately | set(made[:newest])
    if active:
        assert active in kept.models
        at = made.index(active)
        assert kept.models >= set(made[at : at + 2])
    assert len(kept.models - lately) <= newest + 2
    assert len(kept.logs - kept.models) <= newest


MakeWorker = Callable[..., Worker]


@pytest.fixture
def training(folder: Path, tmp_path: Path) -> Training:
    words = [sys.executable, "-c", WRITE, "{output}", str(tmp_path / "fail")]
    return Training(Command(words), folder, 60, {}, Retention(1))


@pytest.fixture
def train(
    engine: Engine, clock: FakeClock, make_worker: MakeWorker, training: Training
) -> Callable[[], str]:
    """A function that has a model trained and names the version."""
    worker = make_worker(training)

    def once() -> str:
        clock.forward(COOLDOWN)
        request = json.dumps({"force": True})
        key = f"manual:{clock()}"
        with writing(engine) as connection:
            retraining.add_request(connection, key, GAME, "manual", request, clock())
        look(worker)
        return str(runs(engine)[-1].model_version)

    return once


def names(folder: Path, kind: str) -> set[str]:
    return {path.name.removesuffix(".log") for path in (folder / kind).iterdir()}


def test_old_models_and_logs_are_removed_and_it_is_logged(
    train: Callable[[], str], folder: Path, tmp_path: Path
) -> None:
    configure_logs(LogOptions("retrainer", tmp_path, to_stderr=False))
    first, second, third = train(), train(), train()
    assert names(folder, "models") == names(folder, "training") == {second, third}
    content = b"".join(path.read_bytes() for path in log_files(tmp_path))
    lines = [json.loads(line) for line in content.splitlines()]
    gone = [line["file"] for line in lines if line["event"] == "training_file_removed"]
    assert gone == [str(folder / "models" / first), str(folder / "training" / f"{first}.log")]


def test_the_version_that_was_gone_back_to_stays_and_so_does_the_one_before_it(
    engine: Engine, clock: FakeClock, train: Callable[[], str], folder: Path
) -> None:
    first, second = train(), train()
    with writing(engine) as connection:
        promote(connection, GAME, first, "model", clock())
    third = train()
    assert names(folder, "models") == {second, third}
    with writing(engine) as connection:
        promote(connection, GAME, second, "model", clock())
    (folder.parent / "fail").touch()
    failed = train()
    assert names(folder, "models") == {second, third}
    assert names(folder, "training") == {second, third, failed}


def test_what_a_killed_run_left_goes_and_what_is_not_ours_stays(
    engine: Engine, clock: FakeClock, train: Callable[[], str], folder: Path
) -> None:
    lost = f"{GAME}-20200101T000000.000000Z"
    models = folder / "models"
    (models / f".{lost}").mkdir(parents=True)
    (models / f".{lost}" / "weights").write_text("half")
    foreign = ("mine.bin", f"{GAME}-20190101T000000.000000Z", "another-game")
    for name in foreign:
        (models / name).write_text("by hand")
    with writing(engine) as connection:
        for version in (lost, "another-game"):  # the latter is no name of ours
            run = retraining.start_run(connection, 1, GAME, version, "one", clock())
            retraining.end_run(connection, run, Outcome.INTERRUPTED, "", clock())
    version = train()
    assert names(folder, "models") == {version, *foreign}


def test_a_file_that_cannot_be_removed_costs_neither_the_run_nor_the_other_files(
    engine: Engine,
    clock: FakeClock,
    make_worker: MakeWorker,
    telemetry: Telemetry,
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "old").touch()
    training = FakeTraining(TrainingResult(Outcome.SUCCESS, ""))
    training.old = [tmp_path / "file" / "below", tmp_path / "old"]
    tell(engine, ALERT, clock)
    look(make_worker(training))
    assert [run.outcome for run in runs(engine)] == ["success"]
    assert not (tmp_path / "old").exists()
    assert faults(telemetry) == 1
