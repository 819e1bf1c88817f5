import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.statistics.baseline import (
    DrawTotals,
    WindowSums,
    assess,
    assess_windows,
    clustered_interval,
    residual_square_sum,
)
from tests.domain.statistics.conftest import held_by

ONE = DrawTotals(numbers=15, hits=9, held_squared=15)
totals = st.builds(
    lambda tickets, share: DrawTotals(15 * tickets, round(15 * tickets * share), 15 * tickets**2),
    st.integers(1, 30),
    st.floats(0.4, 0.9),
)


def one_ticket(hits: int) -> DrawTotals:
    return DrawTotals(15, hits, 15)


def test_totals_of_a_draw_come_from_the_held_vector() -> None:
    held = held_by(5, [(0, 1, 2), (2, 3)])
    assert DrawTotals.of(held, 3) == DrawTotals(numbers=5, hits=3, held_squared=7)


@given(st.lists(totals, max_size=20), totals)
def test_taking_a_draw_out_restores_the_window(draws: list[DrawTotals], late: DrawTotals) -> None:
    sums = WindowSums.of(draws)
    assert sums.plus(late).minus(late) == sums
    assert sums.plus(late) == WindowSums.of([late, *draws])


@given(st.lists(totals, min_size=2, max_size=20))
def test_residuals_from_sums_are_the_direct_ones(draws: list[DrawTotals]) -> None:
    accuracy = sum(d.hits for d in draws) / sum(d.numbers for d in draws)
    direct = math.fsum((d.hits - accuracy * d.numbers) ** 2 for d in draws)
    assert residual_square_sum(WindowSums.of(draws)) == pytest.approx(direct, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("hits", range(5, 16))
def test_one_ticket_has_exact_p_values(hits: int) -> None:
    law = scipy.stats.hypergeom(25, 15, 15)
    figures = assess(25, 15, WindowSums.of([one_ticket(hits)]))
    worse, better = law.cdf(hits), law.sf(hits - 1)
    assert figures.p_worse == pytest.approx(worse)
    assert figures.p_better == pytest.approx(better)
    assert figures.p_two_sided == pytest.approx(min(1.0, 2 * min(worse, better)))


def test_overlap_widens_chance_and_shrinks_z() -> None:
    copies = assess(25, 15, WindowSums.of([DrawTotals(300, 160, 15 * 400)] * 10))
    apart = assess(25, 15, WindowSums.of([DrawTotals(300, 160, 3600)] * 10))
    alone = assess(25, 15, WindowSums.of([one_ticket(8)] * 10))
    assert copies.z is not None
    assert alone.z is not None
    assert copies.hits_sd == pytest.approx(20 * alone.hits_sd)
    assert copies.z == pytest.approx(alone.z)
    assert apart.hits_sd == 0.0
    assert apart.z is None
    assert apart.p_two_sided is None


def test_z_of_a_window_uses_the_normal_tail() -> None:
    figures = assess(25, 15, WindowSums.of([one_ticket(8)] * 30))
    z = -30 / math.sqrt(45)
    assert figures.accuracy == pytest.approx(8 / 15)
    assert figures.expected_hits == pytest.approx(270)
    assert figures.z == pytest.approx(z)
    assert figures.p_worse == pytest.approx(scipy.stats.norm.cdf(z))
    assert figures.p_better == pytest.approx(scipy.stats.norm.sf(z))


def test_nothing_is_said_without_tickets_or_variation() -> None:
    empty = assess(25, 15, WindowSums.of([DrawTotals(0, 0, 0)]))
    assert (empty.draws, empty.accuracy, empty.z, empty.low) == (0, None, None, None)
    assert clustered_interval(WindowSums.of([ONE])) is None
    assert clustered_interval(WindowSums.of([ONE, ONE])) is None


def test_interval_of_equal_tickets_is_students_t() -> None:
    hits = [7, 9, 10, 8, 12]
    expected = scipy.stats.ttest_1samp(np.array(hits) / 15, 0.6).confidence_interval(0.95)
    figures = assess(25, 15, WindowSums.of(one_ticket(h) for h in hits))
    assert (figures.low, figures.high) == pytest.approx((expected.low, expected.high))


def test_interval_stays_a_ratio() -> None:
    assert clustered_interval(WindowSums.of([one_ticket(5), one_ticket(15)])) == (0.0, 1.0)


@pytest.mark.parametrize("draws", [3, 7, 30])
@pytest.mark.parametrize("copies", [1, 20])
def test_interval_covers_the_truth_as_often_as_it_says(draws: int, copies: int) -> None:
    generator = np.random.default_rng(2)
    hits = generator.hypergeometric(15, 10, 15, size=(4000, draws)) * copies
    windows = (
        WindowSums.of(DrawTotals(15 * copies, h, 15 * copies**2) for h in life)
        for life in hits.tolist()
    )
    intervals = [found for sums in windows if (found := clustered_interval(sums))]
    covered = sum(low <= 0.6 <= high for low, high in intervals) / len(intervals)
    assert 0.94 <= covered <= (0.96 if draws == 30 else 1.0)


def test_windows_take_the_last_draws() -> None:
    draws = [one_ticket(15)] * 5 + [one_ticket(6)] * 3
    windows = assess_windows(25, 15, draws, WindowSums.of(draws * 2))
    assert windows["1"].accuracy == pytest.approx(0.4)
    assert windows["7"].hits == 4 * 15 + 3 * 6
    assert windows["100"].draws == windows["300"].draws == 8
    assert windows["all"].draws == 16
    assert assess_windows(25, 15, [], WindowSums())["7"].accuracy is None
