import statistics
from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.statistics.hypergeometric import (
    chance_accuracy,
    expected_hits_distribution,
    held_variance,
    hits_cdf,
    hits_covariance,
    hits_pmf,
    hits_sf,
    hits_variance,
    tier_probabilities,
    total_variance,
)
from tests.domain.statistics.conftest import all_hits, held_by

GAMES = [(25, 15, 15), (25, 15, 20), (60, 6, 6), (60, 6, 15), (80, 5, 7), (100, 20, 50), (8, 7, 3)]


@pytest.mark.parametrize(("pool", "drawn", "numbers"), GAMES)
def test_law_of_hits_is_scipys(pool: int, drawn: int, numbers: int) -> None:
    law = scipy.stats.hypergeom(pool, drawn, numbers)
    for hits in range(-1, numbers + 2):
        assert hits_pmf(pool, drawn, numbers, hits) == pytest.approx(law.pmf(hits), rel=1e-9)
        assert hits_cdf(pool, drawn, numbers, hits) == pytest.approx(law.cdf(hits), rel=1e-9)
        assert hits_sf(pool, drawn, numbers, hits) == pytest.approx(law.sf(hits), rel=1e-9)
    assert hits_variance(pool, drawn, numbers) == pytest.approx(law.var())


@pytest.mark.parametrize("numbers", range(15, 21))
def test_lotofacil_has_the_documented_chance_and_variance(numbers: int) -> None:
    assert chance_accuracy(25, 15) == 0.6
    assert hits_variance(25, 15, numbers) == pytest.approx(numbers * (25 - numbers) / 100)


@pytest.mark.parametrize(("first", "second", "shared"), [(15, 15, 11), (15, 18, 9), (20, 16, 16)])
def test_lotofacil_covariance_is_the_documented_one(first: int, second: int, shared: int) -> None:
    expected = 0.25 * shared - 0.01 * first * second
    assert hits_covariance(25, 15, first, second, shared) == pytest.approx(expected)


@given(
    held=st.lists(st.integers(0, 9), min_size=2, max_size=8),
    data=st.data(),
)
def test_variance_of_all_hits_is_that_over_every_draw(held: list[int], data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, len(held)))
    brute = statistics.pvariance(all_hits(drawn, held))
    assert held_variance(drawn, held) == pytest.approx(brute, abs=1e-9)


def test_covariance_is_that_over_every_draw_of_a_small_game() -> None:
    first, second = {0, 1, 2, 3}, {2, 3, 4}
    pairs = [(len(first & set(d)), len(second & set(d))) for d in combinations(range(8), 3)]
    brute = np.cov(np.array(pairs).T, ddof=0)[0, 1]
    assert hits_covariance(8, 3, 4, 3, 2) == pytest.approx(brute)


def test_covariance_and_total_variance_agree_with_simulated_draws() -> None:
    generator = np.random.default_rng(1)
    tickets = [range(15), range(4, 19), range(7, 25)]
    draws = generator.random((100_000, 25)).argsort(axis=1) < 15
    hits = np.array([draws[:, list(ticket)].sum(axis=1) for ticket in tickets])
    covariance = np.cov(hits)
    assert covariance[0, 1] == pytest.approx(hits_covariance(25, 15, 15, 15, 11), abs=0.02)
    assert covariance[0, 2] == pytest.approx(hits_covariance(25, 15, 15, 18, 8), abs=0.02)
    held = held_by(25, [list(ticket) for ticket in tickets])
    assert hits.sum(axis=0).var() == pytest.approx(held_variance(15, held), rel=0.02)


def test_total_variance_from_sums_is_the_documented_form() -> None:
    held = [3, 0, 7] * 8 + [5]
    squares, total = sum(c * c for c in held), sum(held)
    documented = 0.25 * squares - 0.01 * total**2
    assert total_variance(25, 15, squares, total**2) == pytest.approx(documented)
    assert held_variance(15, held) == pytest.approx(documented)


def test_expected_hits_add_up_over_a_mix_of_sizes() -> None:
    expected = expected_hits_distribution(25, 15, {15: 100, 17: 10})
    assert sum(expected) == pytest.approx(110)
    assert sum(h * tickets for h, tickets in enumerate(expected)) == pytest.approx(
        100 * 9 + 10 * 17 * 0.6
    )
    assert expected_hits_distribution(25, 15, {}) == ()


def test_tiers_at_chance() -> None:
    assert tier_probabilities(25, 15, 15, [15])[15] == pytest.approx(1 / 3_268_760)


def test_a_pool_that_is_drawn_whole_leaves_nothing_to_chance() -> None:
    assert hits_pmf(8, 8, 3, 3) == 1.0
    assert hits_variance(8, 8, 3) == hits_variance(1, 1, 1) == 0.0


def test_impossible_games_and_tickets_are_refused() -> None:
    with pytest.raises(ValueError, match="draw 26 of 25"):
        chance_accuracy(25, 26)
    with pytest.raises(ValueError, match="hold 26 of 25"):
        hits_pmf(25, 15, 26, 3)
    with pytest.raises(ValueError, match="share 4"):
        hits_covariance(25, 15, 15, 15, 4)
    with pytest.raises(ValueError, match="not sums over one pool"):
        total_variance(25, 15, 1, 900)
