import math
import statistics
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.statistics.evidence import NO_EVIDENCE, LogFactors
from exporter.domain.statistics.hypergeometric import hits_pmf
from exporter.domain.statistics.likelihood import (
    EFFECT_SIZES,
    chance_factors,
    hits_range,
    log_mean_exp_total,
)
from tests.domain.statistics.conftest import all_hits, held_by

helds = st.lists(st.integers(0, 12), min_size=2, max_size=8)


@given(held=helds, data=st.data())
def test_every_factor_is_worth_exactly_one_at_chance(held: list[int], data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, len(held) - 1))
    draws = [chance_factors(drawn, held, hits) for hits in all_hits(drawn, held)]
    for direction in zip(*[d.worse + d.better for d in draws], strict=True):
        assert statistics.fmean(map(math.exp, direction)) == pytest.approx(1.0, rel=1e-9)


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=8), st.data())
def test_mean_over_draws_is_the_brute_force_one(scores: list[float], data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, len(scores)))
    brute = statistics.fmean(math.exp(sum(chosen)) for chosen in combinations(scores, drawn))
    assert log_mean_exp_total(drawn, scores) == pytest.approx(math.log(brute), abs=1e-9)


@given(held=helds, data=st.data())
def test_more_hits_speak_for_better_and_fewer_for_worse(
    held: list[int], data: st.DataObject
) -> None:
    drawn = data.draw(st.integers(1, len(held) - 1))
    fewest, most = hits_range(drawn, held)
    low, high = chance_factors(drawn, held, fewest), chance_factors(drawn, held, most)
    if fewest == most:
        assert low == high == NO_EVIDENCE
    else:
        assert min(low.worse) > 0 > max(low.better)
        assert min(high.better) > 0 > max(high.worse)


def test_one_ticket_is_the_tilted_hypergeometric_ratio() -> None:
    held = [1] * 15 + [0] * 10
    tilt = EFFECT_SIZES[2] / math.sqrt(1.5)
    mean = sum(hits_pmf(25, 15, 15, h) * math.exp(tilt * h) for h in range(5, 16))
    for hits in range(5, 16):
        factor = chance_factors(15, held, hits).better[2]
        assert factor == pytest.approx(tilt * hits - math.log(mean))


def test_tickets_bought_twice_say_no_more_than_once() -> None:
    tickets = [range(15), range(3, 18)]
    held = held_by(25, [list(ticket) for ticket in tickets])
    doubled = chance_factors(15, [2 * c for c in held], 36)
    for twice, once in zip(doubled, chance_factors(15, held, 18), strict=True):
        assert twice == pytest.approx(once)


def test_the_order_of_numbers_does_not_matter() -> None:
    held = [3, 1, 4, 1, 5, 9, 2, 6]
    assert chance_factors(3, held, 15) == chance_factors(3, sorted(held), 15)


def test_equally_held_numbers_say_nothing() -> None:
    assert chance_factors(3, [4] * 8, 12) == NO_EVIDENCE
    assert chance_factors(3, [0] * 8, 0) == NO_EVIDENCE
    assert chance_factors(3, [1, 2, 3], 6) == NO_EVIDENCE


@pytest.mark.parametrize(("pool", "drawn"), [(100, 20), (100, 1), (100, 99), (1000, 500)])
def test_large_games_and_a_million_tickets_are_safe(pool: int, drawn: int) -> None:
    held = [(k * 7919) % 1_000_000 for k in range(1, pool + 1)]
    for hits in hits_range(drawn, held):
        factors = chance_factors(drawn, held, hits)
        assert all(math.isfinite(f) for f in factors.worse + factors.better)


def test_one_number_held_by_a_million_is_one_coin() -> None:
    held = [1_000_000] + [0] * 99
    hit, miss = (chance_factors(20, held, h) for h in (1_000_000, 0))
    for d, won, lost in zip(EFFECT_SIZES, hit.better, miss.better, strict=True):
        odds = math.exp(d / 0.4)
        assert won == pytest.approx(math.log(odds / (0.2 * odds + 0.8)))
        assert lost == pytest.approx(math.log(1 / (0.2 * odds + 0.8)))


def test_impossible_hits_are_refused() -> None:
    held = [1] * 15 + [0] * 10
    for hits in (4, 16):
        with pytest.raises(ValueError, match="allow 5 to 15"):
            chance_factors(15, held, hits)
    with pytest.raises(ValueError, match="impossible"):
        chance_factors(2, [-1, 1, 1], 0)
    with pytest.raises(ValueError, match="cannot draw"):
        chance_factors(4, [1, 1, 1], 3)


def test_factors_carry_one_entry_per_effect_size() -> None:
    factors = chance_factors(15, [1] * 15 + [0] * 10, 9)
    assert isinstance(factors, LogFactors)
    assert len(factors.worse) == len(factors.better) == len(EFFECT_SIZES)
