import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.histograms import quantile

BOUNDS = (0.1, 0.5, 1.0)
COUNTS = st.lists(st.integers(0, 1000), min_size=4, max_size=4)


def test_without_observations_there_is_no_quantile() -> None:
    assert quantile(0.5, BOUNDS, [0, 0, 0, 0]) is None


def test_a_quantile_lies_straight_inside_its_bucket() -> None:
    assert quantile(0.5, BOUNDS, [0, 10, 0, 0]) == pytest.approx(0.3)


def test_above_the_last_bound_the_bound_is_given() -> None:
    assert quantile(0.99, BOUNDS, [1, 0, 0, 99]) == 1.0


@given(COUNTS, st.floats(0.01, 1), st.floats(0.01, 1))
def test_quantiles_are_ordered_and_within_the_bounds(
    counts: list[int], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    first, second = quantile(low, BOUNDS, counts), quantile(high, BOUNDS, counts)
    if first is None or second is None:
        assert not any(counts)
        return
    assert 0 <= first <= second <= BOUNDS[-1]
