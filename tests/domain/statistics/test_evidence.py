import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.statistics.evidence import (
    E_PROCESS_GUARANTEES,
    GRID_SIZE,
    NO_EVIDENCE,
    SHIRYAEV_ROBERTS_GUARANTEES,
    DirectionEvidence,
    Evidence,
    LogFactors,
    replay,
    update,
)

logs = st.tuples(*[st.floats(-5, 5)] * GRID_SIZE)
factors = st.builds(LogFactors, logs, logs)


def test_fresh_evidence_says_nothing() -> None:
    fresh = Evidence().worse
    assert (fresh.e_value, fresh.peak, fresh.shiryaev_roberts) == (1.0, 1.0, 0.0)


@given(st.lists(logs, min_size=1, max_size=15))
def test_values_are_those_of_the_definitions(history: list[tuple[float, ...]]) -> None:
    products, detectors = [1.0] * GRID_SIZE, [0.0] * GRID_SIZE
    state, peak = DirectionEvidence(), 1.0
    for draw in history:
        products = [e * math.exp(f) for e, f in zip(products, draw, strict=True)]
        detectors = [(r + 1) * math.exp(f) for r, f in zip(detectors, draw, strict=True)]
        peak = max(peak, sum(products) / GRID_SIZE)
        state = state.updated(draw)
    assert state.e_value == pytest.approx(sum(products) / GRID_SIZE, rel=1e-9)
    assert state.shiryaev_roberts == pytest.approx(sum(detectors) / GRID_SIZE, rel=1e-9)
    assert state.peak == pytest.approx(peak, rel=1e-9)
    assert state.shiryaev_roberts >= state.e_value * (1 - 1e-9)


@given(st.lists(factors, max_size=8))
def test_replay_is_update_after_update(history: list[LogFactors]) -> None:
    state = Evidence()
    for draw in history:
        state = update(state, draw)
    assert replay(history) == state


@given(st.lists(factors, min_size=2, max_size=8))
def test_order_moves_the_detector_but_not_the_product(history: list[LogFactors]) -> None:
    forwards, backwards = replay(history), replay(reversed(history))
    assert forwards.worse.log_e == pytest.approx(backwards.worse.log_e)
    assert forwards.better.log_e_value == pytest.approx(backwards.better.log_e_value)


def test_the_detector_forgets_a_good_past() -> None:
    good = LogFactors((-1.0,) * GRID_SIZE, (1.0,) * GRID_SIZE)
    bad = LogFactors(good.better, good.worse)
    state = replay([good] * 300 + [bad] * 10)
    assert state.worse.e_value < 1e-100
    assert state.worse.shiryaev_roberts > math.exp(10)


def test_a_draw_that_says_nothing_changes_nothing() -> None:
    state = replay([LogFactors((0.5,) * GRID_SIZE, (-0.5,) * GRID_SIZE)])
    assert update(state, NO_EVIDENCE) is state


@given(st.lists(factors, max_size=8))
def test_state_survives_json(history: list[LogFactors]) -> None:
    state = replay(history)
    assert Evidence.from_dict(json.loads(json.dumps(state.to_dict(), allow_nan=False))) == state


def test_stored_states_of_another_shape_are_refused() -> None:
    stored = Evidence().to_dict()
    stored["worse"]["log_e"] = [0.0]
    with pytest.raises(ValueError, match="entries"):
        Evidence.from_dict(stored)


def test_overwhelming_evidence_does_not_overflow() -> None:
    huge = LogFactors((400.0,) * GRID_SIZE, (-400.0,) * GRID_SIZE)
    state = replay([huge] * 1000)
    assert state.worse.log_e_value == pytest.approx(400_000)
    assert 1e300 < state.worse.e_value < math.inf
    assert 1e300 < state.worse.shiryaev_roberts < math.inf
    assert state.better.e_value == 0.0
    assert math.isfinite(state.better.shiryaev_roberts)


def test_guarantees_are_stated_as_data() -> None:
    assert [(g.threshold, g.ever_probability) for g in E_PROCESS_GUARANTEES] == [
        (20.0, 0.05),
        (100.0, 0.01),
    ]
    assert [(g.threshold, g.mean_draws) for g in SHIRYAEV_ROBERTS_GUARANTEES] == [
        (1000.0, 1000.0),
        (3000.0, 3000.0),
    ]
