"""One worker for each folder, in whichever process came first."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.config import load_settings
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.retraining import Outcome
from exporter.storage.engine import create_engine_for
from retrainer.assembly import assemble
from retrainer.background import Background, name_of, take
from retrainer.training import TrainingResult
from retrainer.worker import Worker
from tests.retrainer.conftest import FakeTraining


@pytest.fixture
def make_background(folder: Path, make_worker: Callable[..., Worker]) -> Callable[[], Background]:
    training = FakeTraining(TrainingResult(Outcome.SUCCESS, ""))
    return lambda: Background(folder, lambda name: make_worker(training, name))


def test_an_identity_stays_and_is_held_by_one_at_a_time(folder: Path) -> None:
    first = take(folder)
    assert first is not None
    name = name_of(folder)
    assert take(folder) is None
    first.release()
    again = take(folder)
    assert again is not None
    assert name_of(folder) == name
    again.release()


def test_who_asks_whether_it_runs_keeps_nobody_from_working(
    folder: Path, make_background: Callable[[], Background]
) -> None:
    folder.mkdir(parents=True)
    asks, other = threading.Event(), make_background()
    asks.set()

    def ask() -> None:
        while asks.is_set():
            other.is_running()

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(50):
            taken = take(folder)
            assert taken is not None
            taken.release()
    finally:
        asks.clear()
        asker.join()


def test_the_second_of_a_folder_leaves_the_work_to_the_first(
    make_background: Callable[[], Background],
) -> None:
    first, second = make_background(), make_background()
    assert not first.is_running()
    first.start()
    second.start()
    assert first.works_here()
    assert not second.works_here()
    assert second.is_running()
    first.stop()
    assert not second.is_running()
    second.start()
    assert second.works_here()
    second.stop()


def test_the_parts_are_put_together_from_the_settings(tmp_path: Path, sqlite_url: str) -> None:
    settings = load_settings({"LOTOFACIL_DATA_DIR": tmp_path, "DATABASE_URL": sqlite_url})
    engine = create_engine_for(settings.database)
    retrainer = assemble(settings, engine, KNOWN_GAMES)
    assert not retrainer.integration.is_running()
    retrainer.integration.start()
    assert retrainer.app.test_client().get("/-/healthy").status_code == 200
    scheduled = retrainer.integration.schedule_retraining(frequency="daily")
    assert scheduled.next_run is not None
    retrainer.integration.stop()
    assert not retrainer.integration.is_running()
    engine.dispose()
