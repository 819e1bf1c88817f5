"""The values of thresholds and schedules are checked when they are made."""

import json
import math

import numpy as np
import pytest

from exporter.domain.retraining import Frequency, PerformanceThreshold, Schedule


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, "0.6", True, [0.6]])
def test_a_ratio_is_from_0_to_1(value: object) -> None:
    with pytest.raises(ValueError, match=r"accuracy_min: .* is not a ratio from 0 to 1"):
        PerformanceThreshold(accuracy_min=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, -1, 1.5, "100", True, None])
def test_a_sample_size_is_a_whole_number(value: object) -> None:
    with pytest.raises(ValueError, match=r"sample_size_min: .* is not a whole number from 1"):
        PerformanceThreshold(accuracy_min=0.5, sample_size_min=value)  # type: ignore[arg-type]


def test_numbers_of_a_library_are_kept_as_pythons_own() -> None:
    natural = PerformanceThreshold(np.float32(0.5), np.float64(0.1), sample_size_min=np.int64(7))  # type: ignore[arg-type]
    assert natural == PerformanceThreshold(0.5, 0.1, sample_size_min=7)
    assert json.loads(json.dumps(natural.to_dict())) == natural.to_dict()
    weekly = Schedule(Frequency.WEEKLY, day_of_week=np.int64(0), hour=np.uint8(2))  # type: ignore[arg-type]
    assert {type(weekly.day_of_week), type(weekly.hour)} == {int}


@pytest.mark.parametrize("value", [np.True_, np.nan, np.array([0.5])])
def test_what_is_no_number_of_a_library_is_named(value: object) -> None:
    with pytest.raises(ValueError, match=r"accuracy_min: (True|nan|\[0.5\]) is not a ratio"):
        PerformanceThreshold(accuracy_min=value)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"sample_size_min: (True|nan|\[0.5\]) is not a whole"):
        PerformanceThreshold(0.5, sample_size_min=value)  # type: ignore[arg-type]


def test_thresholds_without_any_bound_are_refused() -> None:
    with pytest.raises(ValueError, match="thresholds: give accuracy_min"):
        PerformanceThreshold()


def test_thresholds_survive_being_stored_also_by_another_version() -> None:
    threshold = PerformanceThreshold(accuracy_min=0.65, error_rate_max=0, sample_size_min=7)
    stored = threshold.to_dict() | {"of_a_later_version": 1}
    assert PerformanceThreshold.from_dict(stored) == threshold


@pytest.mark.parametrize(
    ("frequency", "values", "wrong"),
    [
        (Frequency.DAILY, {"hour": 24}, "hour: 24"),
        (Frequency.DAILY, {"minute": -1}, "minute: -1"),
        (Frequency.DAILY, {"day_of_week": 0}, "day_of_week: belongs to frequency 'weekly'"),
        (Frequency.WEEKLY, {}, "day_of_week: None is not a whole number from 0 to 6"),
        (Frequency.WEEKLY, {"day_of_week": 7}, "day_of_week: 7"),
        (Frequency.MONTHLY, {"day_of_month": 31}, "day_of_month: 31 is not .* from 1 to 28"),
    ],
)
def test_times_that_do_not_exist_are_refused(
    frequency: Frequency, values: dict[str, int], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        Schedule(frequency, **values)
