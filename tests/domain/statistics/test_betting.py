import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exporter.domain.statistics.betting import BETS, reference_factors
from exporter.domain.statistics.evidence import NO_EVIDENCE
from tests.domain.statistics.conftest import all_hits

helds = st.lists(st.integers(0, 12), min_size=3, max_size=7)


@given(held=helds, data=st.data())
def test_factors_are_worth_one_under_any_law_with_the_reference_as_its_mean(
    held: list[int], data: st.DataObject
) -> None:
    drawn = data.draw(st.integers(1, len(held) - 1))
    hits = list(all_hits(drawn, held))
    weights = data.draw(st.lists(st.integers(0, 9), min_size=len(hits), max_size=len(hits)))
    assume(sum(weights) > 0 and sum(held) > 0)
    law = [weight / sum(weights) for weight in weights]
    reference = math.fsum(p * h for p, h in zip(law, hits, strict=True)) / sum(held)
    assume(0 < reference < 1)
    factors = [reference_factors(drawn, held, h, reference) for h in hits]
    for direction in zip(*[f.worse + f.better for f in factors], strict=True):
        mean = math.fsum(p * math.exp(f) for p, f in zip(law, direction, strict=True))
        assert mean == pytest.approx(1.0, rel=1e-9)


@given(held=helds, reference=st.floats(0.01, 0.99), data=st.data())
def test_no_possible_draw_bankrupts_a_bet(
    held: list[int], reference: float, data: st.DataObject
) -> None:
    drawn = data.draw(st.integers(1, len(held) - 1))
    for hits in all_hits(drawn, held):
        for log_factor in sum(reference_factors(drawn, held, hits, reference), ()):
            assert math.exp(log_factor) >= 0.05 - 1e-9


def test_fewer_hits_than_claimed_speak_for_worse() -> None:
    held = [1] * 15 + [0] * 10
    low, high = (reference_factors(15, held, hits, 0.65) for hits in (9, 10))
    assert min(low.worse) > 0 > max(low.better)
    assert min(high.better) > 0 > max(high.worse)
    assert len(low.worse) == len(BETS)


def test_bets_do_not_depend_on_the_tickets_while_no_draw_could_ruin_them() -> None:
    held = [10 + k % 3 for k in range(25)]
    hits = 15 * sum(held) // 25
    gain = 0.62 - hits / sum(held)
    expected = [math.log1p(bet * gain) for bet in BETS]
    assert reference_factors(15, held, hits, 0.62).worse == pytest.approx(expected)


def test_tickets_that_cannot_vary_speak_against_a_claim_above_chance() -> None:
    factors = reference_factors(3, [4] * 8, 12, 0.5)
    assert min(factors.worse) > 0 > max(factors.better)


def test_no_tickets_say_nothing() -> None:
    assert reference_factors(3, [0] * 8, 0, 0.5) == NO_EVIDENCE


@pytest.mark.parametrize("reference", [0.0, 1.0, -0.1, math.nan])
def test_a_reference_is_a_share(reference: float) -> None:
    with pytest.raises(ValueError, match="reference"):
        reference_factors(3, [1, 0, 1, 0], 2, reference)


def test_impossible_hits_are_refused() -> None:
    with pytest.raises(ValueError, match="impossible"):
        reference_factors(15, [1] * 15 + [0] * 10, 16, 0.6)
