import math

import numpy as np
import pytest

from exporter.domain.statistics.baseline import DrawTotals
from exporter.domain.statistics.trend import Direction, trend


def one_ticket(hits: int) -> DrawTotals:
    return DrawTotals(15, hits, 15)


def test_slope_is_least_squares_per_hundred_draws() -> None:
    hits = [9, 8, 10, 9, 11, 7, 9, 10]
    places = [1, 2, 3, 5, 6, 7, 9, 10]
    found = trend(25, 15, [(p, one_ticket(h)) for p, h in zip(places, hits, strict=True)])
    slope, _ = np.polyfit(places, np.array(hits) / 15, 1)
    assert found.draws == 8
    assert found.slope == pytest.approx(100 * slope)


def test_standard_error_is_hc3() -> None:
    hits = [9, 8, 10, 9, 11, 7, 9, 10]
    x, y = np.arange(8.0), np.array(hits) / 15
    design = np.column_stack([np.ones(8), x])
    inverse = np.linalg.inv(design.T @ design)
    residual = y - design @ inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scaled = design * (residual / (1 - leverage))[:, None]
    expected = math.sqrt((inverse @ scaled.T @ scaled @ inverse)[1, 1])
    found = trend(25, 15, [(i, one_ticket(h)) for i, h in enumerate(hits)])
    assert found.standard_error == pytest.approx(100 * expected)


def test_a_draw_of_many_copies_weighs_as_one_ticket() -> None:
    draws = [(i, one_ticket(h)) for i, h in enumerate([9, 8, 10, 9, 11])]
    copies = [(i, DrawTotals(15 * 50, h.hits * 50, 15 * 2500)) for i, h in draws[:1]] + draws[1:]
    assert trend(25, 15, copies).slope == pytest.approx(trend(25, 15, draws).slope)


def test_a_clear_fall_and_rise_are_named() -> None:
    falling = [(i, one_ticket(12 - i // 20 + i % 2)) for i in range(100)]
    rising = [(100 - i, totals) for i, totals in falling]
    assert trend(25, 15, falling).direction is Direction.FALLING
    assert trend(25, 15, rising).direction is Direction.RISING


def test_chance_is_called_flat_as_often_as_promised() -> None:
    generator = np.random.default_rng(3)
    lives = generator.hypergeometric(15, 10, 15, size=(2000, 60)).tolist()
    named = [
        trend(25, 15, [(i, one_ticket(h)) for i, h in enumerate(life)], significance=0.05)
        for life in lives
    ]
    share = sum(found.direction is not Direction.FLAT for found in named) / len(named)
    assert 0.03 <= share <= 0.065


def test_too_few_draws_say_nothing() -> None:
    found = trend(25, 15, [(i, one_ticket(9 + i)) for i in range(3)])
    assert (found.slope, found.p_value, found.direction) == (None, None, Direction.FLAT)
    same_place = [(7, one_ticket(9 + i)) for i in range(5)]
    assert trend(25, 15, same_place).slope is None


def test_draws_that_cannot_vary_are_left_out() -> None:
    draws = [(i, one_ticket(h)) for i, h in enumerate([9, 8, 10, 9, 11])]
    with_whole_pool = [*draws, (9, DrawTotals(25, 15, 25)), (10, DrawTotals(0, 0, 0))]
    assert trend(25, 15, with_whole_pool) == trend(25, 15, draws)


def test_a_perfect_line_has_no_error_to_judge_by() -> None:
    found = trend(25, 15, [(i, one_ticket(9)) for i in range(6)])
    assert found.slope == pytest.approx(0.0, abs=1e-9)
    assert found.direction is Direction.FLAT
