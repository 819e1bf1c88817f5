"""The documented Python calls."""

from typing import Any

import pytest
from sqlalchemy import Engine

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import UnknownGame
from exporter.domain.moments import from_micros
from exporter.domain.retraining import Frequency, Schedule
from exporter.messages import Language
from exporter.storage.engine import reading
from exporter.storage.named_rows import SCHEDULES, THRESHOLDS
from retrainer.background import Background
from retrainer.integration import PerformanceThreshold, RetrainingIntegration
from tests.retrainer.conftest import GAME, FakeClock


class FakeService(Background):
    """Notes whether it was started."""

    def __init__(self) -> None:
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def is_running(self) -> bool:
        return self.running


@pytest.fixture
def integration(engine: Engine, clock: FakeClock) -> RetrainingIntegration:
    return RetrainingIntegration(engine, KNOWN_GAMES, FakeService(), Language.EN, clock)


def test_it_starts_and_stops(integration: RetrainingIntegration) -> None:
    assert not integration.is_running()
    integration.start()
    assert integration.is_running()
    integration.stop()
    assert not integration.is_running()


def test_the_documented_thresholds_are_kept_and_warned_about(
    integration: RetrainingIntegration, engine: Engine
) -> None:
    threshold = PerformanceThreshold(
        accuracy_min=0.65, error_rate_max=0.1, confidence_min=0.7, sample_size_min=100
    )
    answer = integration.configure_thresholds(threshold)
    with reading(engine) as connection:
        assert THRESHOLDS.read(connection) == {GAME: threshold}
    accuracy, confidence = answer.warnings
    assert "only picks at random (accuracy 0.600) breaks it in 100.0% of looks" in accuracy
    assert "an honest model always breaks it" in confidence


def test_sound_thresholds_are_set_without_a_warning(integration: RetrainingIntegration) -> None:
    threshold = PerformanceThreshold(accuracy_min=0.55, sample_size_min=100)
    assert integration.configure_thresholds(threshold).warnings == ()


@pytest.mark.parametrize("wrong", [0.65, None, {"accuracy_min": 0.65}])
def test_thresholds_are_performance_thresholds(
    integration: RetrainingIntegration, wrong: Any
) -> None:
    with pytest.raises(ValueError, match="is not a PerformanceThreshold"):
        integration.configure_thresholds(wrong)


def test_the_documented_schedule_is_monday_at_two(
    integration: RetrainingIntegration, engine: Engine, clock: FakeClock
) -> None:
    answer = integration.schedule_retraining(frequency="weekly", day_of_week=0, hour=2)
    schedule = Schedule(Frequency.WEEKLY, day_of_week=0, hour=2)
    with reading(engine) as connection:
        assert SCHEDULES.read(connection) == {GAME: (GAME, schedule, clock())}
    assert answer.next_run is not None
    next_run = from_micros(answer.next_run)
    assert (next_run.weekday(), next_run.hour) == (0, 5)  # 02:00 in São Paulo is 05:00 UTC
    assert integration.unschedule_retraining()
    assert not integration.unschedule_retraining()


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ({"frequency": "hourly"}, "frequency: 'hourly' is not one of daily, weekly, monthly"),
        ({"frequency": None}, "frequency: None is not one of daily, weekly, monthly"),
        ({"frequency": "weekly"}, "day_of_week: None is not a whole number from 0 to 6"),
        ({"frequency": "weekly", "day_of_week": 7}, "day_of_week: 7 is not"),
        ({"frequency": "daily", "hour": 24}, "hour: 24 is not a whole number from 0 to 23"),
    ],
)
def test_a_schedule_that_is_wrong_is_refused(
    integration: RetrainingIntegration, call: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        integration.schedule_retraining(**call)


def test_an_unknown_game_is_refused(integration: RetrainingIntegration) -> None:
    with pytest.raises(UnknownGame, match="'chess' is not known"):
        integration.schedule_retraining("daily", game="chess")
    with pytest.raises(UnknownGame, match="'chess' is not known"):
        integration.configure_thresholds(PerformanceThreshold(accuracy_min=0.5), game="chess")
