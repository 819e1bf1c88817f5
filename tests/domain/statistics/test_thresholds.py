import math

import numpy as np
import pytest
import scipy.stats

from exporter.domain.statistics.thresholds import (
    AlarmRule,
    Method,
    Operator,
    Verdict,
    advise,
    window_of_sample,
)


def rule(
    operator: str, threshold: float, window: int, tickets: int = 1, shared: int = 0
) -> AlarmRule:
    return AlarmRule(Operator(operator), threshold, window, 15, tickets, shared)


def simulated(window: int, threshold: float, draws: int = 3_000_000) -> tuple[float, float]:
    """Share of looks that break "accuracy <" and episodes in 300 draws, for one ticket a draw."""
    hits = np.random.default_rng(7).hypergeometric(15, 10, 15, size=draws)
    totals = np.convolve(hits, np.ones(window, dtype=int), "valid")
    true = totals / (15 * window) < threshold
    starts = (true[1:] & ~true[:-1]).mean()
    return float(true.mean()), float(300 * starts)


@pytest.mark.parametrize(("window", "threshold"), [(1, 0.6), (7, 0.58), (30, 0.6), (30, 0.57)])
def test_figures_are_those_of_simulated_draws(window: int, threshold: float) -> None:
    advice = advise(25, 15, rule("<", threshold, window))
    probability, episodes = simulated(window, threshold)
    assert advice.method is Method.EXACT
    assert advice.break_probability == pytest.approx(probability, abs=0.006)
    assert advice.episodes == pytest.approx(episodes, rel=0.05)


def test_documented_accuracy_threshold_is_mostly_noise() -> None:
    """Simulated by others on published draws: 76 episodes with one draw, 12 with thirty."""
    for tickets, shared in ((1, 0), (20, 0), (20, 11)):
        one = advise(25, 15, rule("<", 0.6, 1, tickets, shared))
        thirty = advise(25, 15, rule("<", 0.6, 30, tickets, shared))
        assert one.verdict is thirty.verdict is Verdict.MOSTLY_NOISE
        assert 65 <= one.episodes <= 77
        assert 11.5 <= thirty.episodes <= 12.5
        assert one.draws_at_chance is not None
        assert one.draws_at_chance <= 3


@pytest.mark.parametrize(("tickets", "shared"), [(1, 0), (20, 0), (20, 11), (100, 0)])
def test_documented_retraining_threshold_is_always_broken(tickets: int, shared: int) -> None:
    window = window_of_sample(100, tickets)
    advice = advise(25, 15, rule("<", 0.65, window, tickets, shared))
    assert advice.verdict is Verdict.ALWAYS_BROKEN
    assert advice.break_probability > 0.95


def test_a_low_threshold_on_a_long_window_is_sound() -> None:
    advice = advise(25, 15, rule("<", 0.57, 100))
    assert advice.verdict is Verdict.SOUND
    assert advice.draws_at_chance is None
    assert advice.draws_after_change is not None
    assert 40 <= advice.draws_after_change <= 80
    assert advice.break_probability_after_change > 0.95
    assert advice.best_draws == pytest.approx(math.log(3000) / 0.1875, rel=0.02)


@pytest.mark.parametrize(
    ("operator", "threshold", "verdict"),
    [
        ("<", 0.2, Verdict.NEVER_FIRES),
        (">", 0.9, Verdict.NEVER_FIRES),
        ("<", 0.565, Verdict.NOISY),
        ("!=", 0.61234, Verdict.ALWAYS_BROKEN),
        ("==", 0.6, Verdict.MOSTLY_NOISE),
    ],
)
def test_verdicts(operator: str, threshold: float, verdict: Verdict) -> None:
    assert advise(25, 15, rule(operator, threshold, 30)).verdict is verdict


def test_a_rise_is_looked_for_with_a_positive_change() -> None:
    advice = advise(25, 15, rule(">", 0.63, 100), change=0.05)
    assert advice.verdict is Verdict.SOUND
    assert advice.break_probability_after_change > 0.95


def test_operators_share_out_all_looks() -> None:
    look = {op: advise(25, 15, rule(op, 0.6, 2)).break_probability for op in Operator}
    law = scipy.stats.hypergeom(25, 15, 15).pmf(np.arange(16))
    both = np.convolve(law, law)
    assert look[Operator.LT] == pytest.approx(both[:18].sum())
    assert look[Operator.EQ] == pytest.approx(both[18])
    assert look[Operator.LE] == pytest.approx(look[Operator.LT] + look[Operator.EQ])
    assert look[Operator.GT] == pytest.approx(1 - look[Operator.LE])
    assert look[Operator.GE] == pytest.approx(1 - look[Operator.LT])
    assert look[Operator.NE] == pytest.approx(1 - look[Operator.EQ])


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_simulated_waits_agree_with_the_law_of_single_draws(operator: str) -> None:
    advice = advise(25, 15, rule(operator, 0.6, 1))
    p = advice.break_probability
    expected = math.ceil(math.log(0.5) / math.log(1 - p))
    assert advice.draws_at_chance is not None
    assert abs(advice.draws_at_chance - expected) <= 1


def test_long_windows_of_many_tickets_use_the_normal_law() -> None:
    advice = advise(25, 15, rule("<", 0.59, 300, tickets=50, shared=11))
    assert advice.method is Method.NORMAL
    sd = math.sqrt(300 * (50 * 1.5 + 50 * 49 * (0.25 * (11 + 16 / 14) - 2.25)))
    expected = scipy.stats.norm.cdf(-0.01 * 300 * 750 / sd)
    assert advice.break_probability == pytest.approx(expected, rel=0.01)


def test_other_games_are_advised_too() -> None:
    advice = advise(60, 6, AlarmRule(Operator.LT, 0.1, 30, 6))
    assert advice.verdict is Verdict.MOSTLY_NOISE


def test_samples_become_windows() -> None:
    assert [window_of_sample(100, t) for t in (1, 20, 30, 200)] == [100, 5, 4, 1]
    with pytest.raises(ValueError, match="at least one"):
        window_of_sample(0)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="window"):
        advise(25, 15, rule("<", 0.6, 0))
    with pytest.raises(ValueError, match="finite"):
        advise(25, 15, rule("<", math.nan, 1))
    with pytest.raises(ValueError, match="change"):
        advise(25, 15, rule("<", 0.6, 1), change=0.0)
    with pytest.raises(ValueError, match="outside"):
        advise(25, 15, rule("<", 0.6, 1), change=0.5)


def test_noise_is_what_chance_alone_fires() -> None:
    silent = {Verdict.NEVER_FIRES, Verdict.SOUND}
    assert {verdict for verdict in Verdict if not verdict.is_noise} == silent
