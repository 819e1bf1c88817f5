import random

import pytest

from exporter.domain.statistics.baseline import DrawTotals, WindowSums, assess
from exporter.domain.statistics.evidence import Evidence, replay
from exporter.domain.statistics.likelihood import chance_factors
from exporter.domain.verdicts import Standing, standing_of_evidence, standing_of_window


def _window(hits: int, draws: int = 100) -> Standing:
    totals = DrawTotals(15, hits, 15)
    return standing_of_window(assess(25, 15, WindowSums.of([totals] * draws)))


def test_a_window_is_told_from_chance_only_when_it_is_far_off() -> None:
    assert _window(9) is Standing.CHANCE
    assert _window(10) is Standing.BETTER
    assert _window(8) is Standing.WORSE
    assert _window(10, draws=9) is Standing.CHANCE


def test_a_window_without_draws_says_nothing() -> None:
    assert standing_of_window(assess(25, 15, WindowSums())) is Standing.UNKNOWN


def _evidence(hits: int, draws: int) -> Evidence:
    held = [1] * 15 + [0] * 10
    return replay([chance_factors(15, held, hits)] * draws)


@pytest.mark.parametrize(
    ("hits", "draws", "standing"),
    [
        (9, 50, Standing.CHANCE),
        (10, 3, Standing.CHANCE),
        (10, 60, Standing.BETTER),
        (8, 60, Standing.WORSE),
    ],
)
def test_evidence_needs_its_twenty(hits: int, draws: int, standing: Standing) -> None:
    assert standing_of_evidence(_evidence(hits, draws)) is standing


def test_evidence_once_found_is_kept() -> None:
    held, generator = [1] * 15 + [0] * 10, random.Random(1)
    factors = [chance_factors(15, held, 10)] * 60
    factors += [chance_factors(15, held, generator.choice([8, 9])) for _ in range(100)]
    later = replay(factors)
    assert later.better.e_value < 20 < later.better.peak
    assert standing_of_evidence(later) is Standing.BETTER


def test_no_evidence_says_nothing() -> None:
    assert standing_of_evidence(None) is Standing.UNKNOWN
    assert standing_of_evidence(Evidence()) is Standing.UNKNOWN
