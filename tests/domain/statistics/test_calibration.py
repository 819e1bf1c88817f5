import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.statistics.calibration import (
    CalibrationSums,
    calibration,
    combine,
    confidence_bin,
)

tickets = st.tuples(st.integers(15, 20), st.integers(0, 15), st.integers(0, 1_000_000))


@given(st.lists(tickets, min_size=1, max_size=30))
def test_figures_are_those_of_every_played_number(played: list[tuple[int, int, int]]) -> None:
    forecasts = [
        (confidence / 1e6, outcome)
        for numbers, hits, confidence in played
        for outcome in [1] * hits + [0] * (numbers - hits)
    ]
    found = calibration(0.6, {0: combine(CalibrationSums.of(*t) for t in played)})
    assert found is not None
    count = len(forecasts)
    accuracy = sum(o for _, o in forecasts) / count
    reference = sum((0.6 - o) ** 2 for _, o in forecasts) / count
    brier = sum((f - o) ** 2 for f, o in forecasts) / count
    assert found.brier_score == pytest.approx(brier, abs=1e-6)
    assert found.chance_brier_score == pytest.approx(reference)
    assert found.skill == pytest.approx(1 - brier / reference, abs=1e-5)
    assert found.overconfidence == pytest.approx(sum(f for f, _ in forecasts) / count - accuracy)


@given(tickets, tickets)
def test_a_correction_takes_out_exactly_what_went_in(
    first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    one, other = CalibrationSums.of(*first), CalibrationSums.of(*second)
    assert one + other - other == one


def test_honest_lotofacil_confidence_has_no_skill_and_no_overconfidence() -> None:
    found = calibration(0.6, {12: CalibrationSums.of(15, 9, 600_000)})
    assert found is not None
    assert found.overconfidence == pytest.approx(0.0)
    assert found.brier_score == pytest.approx(0.24)
    assert found.skill == pytest.approx(0.0)


def test_boasting_costs_skill() -> None:
    found = calibration(0.6, {17: CalibrationSums.of(15, 9, 850_000)})
    assert found is not None
    assert found.overconfidence == pytest.approx(0.25)
    assert found.skill < -0.2


def test_bins_show_claims_beside_outcomes() -> None:
    low, high = CalibrationSums.of(15, 6, 420_000), CalibrationSums.of(16, 12, 700_000)
    found = calibration(
        0.6, {confidence_bin(700_000): high, confidence_bin(420_000): low, 3: CalibrationSums()}
    )
    assert found is not None
    assert [b.low for b in found.bins] == pytest.approx([0.40, 0.70])
    assert [b.high for b in found.bins] == pytest.approx([0.45, 0.75])
    assert [b.tickets for b in found.bins] == [1, 1]
    assert [b.mean_confidence for b in found.bins] == pytest.approx([0.42, 0.7])
    assert [b.accuracy for b in found.bins] == pytest.approx([0.4, 0.75])


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0, 0), (49_999, 0), (50_000, 1), (600_000, 12), (1_000_000, 19)]
)
def test_bins_are_half_open_and_the_last_is_closed(confidence: int, expected: int) -> None:
    assert confidence_bin(confidence) == expected


def test_no_tickets_no_figures() -> None:
    assert calibration(0.6, {}) is None
    assert calibration(0.6, {3: CalibrationSums()}) is None


def test_impossible_tickets_are_refused() -> None:
    with pytest.raises(ValueError, match="16 of 15"):
        CalibrationSums.of(15, 16, 600_000)
    with pytest.raises(ValueError, match="millionths"):
        CalibrationSums.of(15, 9, 1_000_001)
    with pytest.raises(ValueError, match="confidence"):
        confidence_bin(-1)


def test_sums_of_billions_of_tickets_fit_a_database_integer() -> None:
    one = CalibrationSums.of(20, 15, 1_000_000)
    assert max(one.confidence, one.confidence_squared, one.confidence_hits) * 10**11 < 2**63
