"""The study's own numpy code against the pure functions it speaks for."""

import json

import numpy as np
import pytest

from benchmarks.simulate_alarms import (
    Lives,
    Size,
    Stock,
    bets,
    chance_lives,
    detector_path,
    log_mean_exp,
    restarted_alarms,
    study,
    waits,
    worse_factors,
)
from benchmarks.ticket_sets import CHANCE, DRAWN, POOL, SCENARIOS, Scenario, simulate, theta_of
from exporter.domain.statistics.betting import reference_factors
from exporter.domain.statistics.evidence import Evidence, LogFactors, replay
from exporter.domain.statistics.hypergeometric import held_variance, hits_covariance
from exporter.domain.statistics.likelihood import chance_factors
from exporter.domain.statistics.totals import draw_total, tilt

TINY = Size(lives=4, years=2, year=105, delays=10, horizon=40, ticket_sets=50, pool=100)


@pytest.fixture(params=SCENARIOS, ids=lambda scenario: scenario.name)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = request.param
    return found


@pytest.mark.parametrize("accuracy", [0.6, 0.55])
def test_factors_are_those_of_the_pure_functions(scenario: Scenario, accuracy: float) -> None:
    draws = simulate(np.random.default_rng(1), scenario, theta_of(scenario, accuracy), 40)
    against_chance, against_claim = worse_factors(draws), bets(draws, 0.62)
    for i, (held, hits) in enumerate(zip(draws.held.tolist(), draws.hits.tolist(), strict=True)):
        assert draws.sd[i] ** 2 == pytest.approx(held_variance(DRAWN, held))
        assert against_chance[i] == pytest.approx(chance_factors(DRAWN, held, hits).worse)
        assert against_claim[i] == pytest.approx(reference_factors(DRAWN, held, hits, 0.62).worse)


def test_paths_are_those_of_the_pure_state(scenario: Scenario) -> None:
    lives = next(chance_lives(np.random.default_rng(2), scenario, TINY))
    assert isinstance(lives, Lives)
    for life in range(2):
        factors = lives.factors[life].tolist()
        state = replay(LogFactors(tuple(worse), tuple(better)) for worse, better in factors)
        one = lives.factors[life : life + 1]
        for i, direction in enumerate((state.worse, state.better)):
            e_values = log_mean_exp(one[:, :, i].cumsum(axis=1))[0]
            assert e_values[-1] == pytest.approx(direction.log_e_value)
            assert max(0.0, e_values.max()) == pytest.approx(direction.log_peak)
            path = detector_path(one[:, :, i])
            assert path[0, -1] == pytest.approx(direction.shiryaev_roberts)


def test_simulated_models_have_their_accuracy(scenario: Scenario) -> None:
    draws = simulate(np.random.default_rng(3), scenario, theta_of(scenario, 0.55), 20_000)
    assert (draws.held.sum(axis=1) == scenario.played).all()
    assert draws.held.max() <= scenario.tickets
    assert draws.held.shape == (20_000, POOL)
    assert draws.hits.mean() / scenario.played == pytest.approx(0.55, abs=0.002)


def test_simulated_models_follow_the_advisers_law(scenario: Scenario) -> None:
    draws = simulate(np.random.default_rng(4), scenario, theta_of(scenario, 0.58), 20_000)
    law, _ = tilt(draw_total(25, 15, 15, scenario.tickets, scenario.shared), 0.58 * scenario.played)
    assert draws.hits.var() == pytest.approx(law.variance, rel=0.05)
    for bound in np.quantile(draws.hits, (0.1, 0.5, 0.9)):
        assert (draws.hits <= bound).mean() == pytest.approx(law.at_most(bound), abs=0.015)


def test_tickets_of_a_draw_share_what_the_scenario_says() -> None:
    independent, sharing = SCENARIOS[1], SCENARIOS[2]
    for scenario, shared in ((independent, 9.0), (sharing, 11 + 16 / 14)):
        draws = simulate(np.random.default_rng(5), scenario, 0.0, 20_000)
        pair = hits_covariance(25, 15, 15, 15, 9) + 0.25 * (shared - 9)
        expected = 20 * 1.5 + 20 * 19 * pair
        assert draws.hits.var() == pytest.approx(expected, rel=0.05)


def test_a_stock_keeps_its_accuracy_exactly() -> None:
    draws = simulate(np.random.default_rng(6), SCENARIOS[0], 0.0, 500)
    stock = Stock.of(draws, CHANCE, worse_factors(draws))
    weights = np.diff(stock.shares, prepend=0.0)
    assert weights @ draws.hits / weights.sum() == pytest.approx(9.0)


def test_waits_are_first_passages_of_the_pure_state() -> None:
    steady = np.full((1, 5), 0.5)
    stock = Stock(steady, np.ones(1))
    first = waits(np.random.default_rng(7), stock, TINY, np.zeros((3, 5)))
    state, expected = Evidence(), dict[str, int]()
    for draw in range(1, 30):
        state = replay([LogFactors((0.5,) * 5, (-0.5,) * 5)] * draw)
        for name, value in (
            ("e >= 20", state.worse.e_value),
            ("SR >= 1000", state.worse.shiryaev_roberts),
            ("SR >= 3000", state.worse.shiryaev_roberts),
        ):
            if value >= float(name.split()[-1]):
                expected.setdefault(name, draw)
    assert {name: set(draws.tolist()) for name, draws in first.items()} == {
        name: {draw} for name, draw in expected.items()
    }


def test_an_alarm_starts_the_detector_anew() -> None:
    alarms = restarted_alarms(np.full((1, 40, 5), 1.0), 100.0)
    places = np.flatnonzero(alarms[0])
    assert len(places) > 3
    assert set(np.diff(places)) == {places[0] + 1}


def test_the_study_repeats_itself() -> None:
    first, second = (json.dumps(study(TINY)) for _ in range(2))
    assert first == second
    assert set(json.loads(first)) == {"settings", "chance", "changes", "reference"}
