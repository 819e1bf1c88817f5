import math

import numpy as np
import pytest

from exporter.domain.statistics.hypergeometric import hits_pmf, hits_variance
from exporter.domain.statistics.totals import (
    LatticeTotal,
    NormalTotal,
    draw_total,
    power,
    quantile,
    tilt,
    window_total,
)


def test_one_ticket_has_the_hypergeometric_law() -> None:
    for shared in (0, 7, 15):
        total = draw_total(25, 15, 15, 1, shared)
        for i, probability in enumerate(total.probabilities):
            expected = hits_pmf(25, 15, 15, total.lowest + i)
            assert probability == pytest.approx(expected, abs=1e-12)
        assert total.at_most(15) == pytest.approx(1.0)


@pytest.mark.parametrize("shared", [0, 11, 15])
def test_law_of_twenty_tickets_is_that_of_simulated_ones(shared: int) -> None:
    generator = np.random.default_rng(6)
    order = generator.random((20_000, 20, 25 - shared)).argsort(axis=2) < 15 - shared
    held = np.concatenate([np.full((20_000, shared), 20), order.sum(axis=1)], axis=1)
    drawn = generator.random((20_000, 25)).argsort(axis=1) < 15
    hits = (held * drawn).sum(axis=1)
    total = draw_total(25, 15, 15, 20, shared)
    assert total.mean == pytest.approx(180)
    assert total.variance == pytest.approx(hits.var(), rel=0.04)
    for bound in (160, 175, 180, 190):
        assert total.at_most(bound) == pytest.approx((hits <= bound).mean(), abs=0.015)


def test_windows_are_convolutions_then_normal() -> None:
    one = draw_total(25, 15, 15, 1)
    window = window_total(one, 30)
    assert isinstance(window, LatticeTotal)
    assert window.mean == pytest.approx(270)
    assert window.variance == pytest.approx(30 * hits_variance(25, 15, 15))
    many = draw_total(25, 15, 15, 20, 11)
    normal, exact = window_total(many, 30), power(many, 30)
    assert isinstance(normal, NormalTotal)
    for bound in (5100, 5300, 5400, 5450):
        assert normal.at_most(bound) == pytest.approx(exact.at_most(bound), abs=2e-3)
        assert normal.below(bound) == pytest.approx(exact.below(bound), abs=2e-3)
    assert sum(value * share for value, share in normal.points()) == pytest.approx(5400)


def test_power_is_repeated_convolution() -> None:
    one = LatticeTotal(2, (0.5, 0.0, 0.5))
    assert dict(power(one, 2).points()) == pytest.approx({4: 0.25, 5: 0, 6: 0.5, 7: 0, 8: 0.25})
    assert dict(power(one, 0).points()) == {0: 1.0}


def test_bounds_are_strict_and_not() -> None:
    one = LatticeTotal(2, (0.25, 0.5, 0.25))
    assert (one.below(2), one.at_most(2), one.below(2.5), one.below(3)) == (0, 0.25, 0.25, 0.25)
    assert (one.at_most(99), one.at_most(-1)) == (1.0, 0.0)


def test_tilting_reaches_the_mean_with_least_information() -> None:
    one = draw_total(25, 15, 15, 1)
    tilted, information = tilt(one, 8.25)
    assert tilted.mean == pytest.approx(8.25)
    divergence = math.fsum(
        p * math.log(p / q) for (_, p), (_, q) in zip(tilted.points(), one.points(), strict=True)
    )
    assert information == pytest.approx(divergence)
    assert information == pytest.approx(0.75**2 / (2 * 1.5), rel=0.02)
    with pytest.raises(ValueError, match="outside 5 to 15"):
        tilt(one, 15.0)


def test_quantiles_pass_the_cumulative_law() -> None:
    one = LatticeTotal(7, (0.25, 0.5, 0.25))
    assert [quantile(one, u) for u in (0.0, 0.24, 0.25, 0.74, 0.75, 1.0)] == [7, 7, 8, 8, 9, 9]


def test_many_tickets_fall_back_on_the_normal_lattice() -> None:
    total = draw_total(25, 15, 15, 10_000)
    assert total.mean == pytest.approx(90_000)
    assert total.variance == pytest.approx(15_000, rel=1e-3)
    assert math.fsum(total.probabilities) == pytest.approx(1.0)


def test_impossible_ticket_sets_are_refused() -> None:
    for tickets, shared in ((0, 0), (10_001, 0), (1, 16), (1, -1)):
        with pytest.raises(ValueError, match="no law"):
            draw_total(25, 15, 15, tickets, shared)
