from dataclasses import replace

import pytest

from exporter.alerting.threshold_advice import Question, ThresholdAdviser
from exporter.domain.alerts import AlertRule
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import UnknownGame
from exporter.domain.statistics.thresholds import Verdict
from exporter.messages import Language

ASKED = Question("accuracy", "<", 0.6)


@pytest.fixture
def adviser() -> ThresholdAdviser:
    return ThresholdAdviser(KNOWN_GAMES, Language.EN)


def test_the_documented_thresholds_are_noise(adviser: ThresholdAdviser) -> None:
    found = adviser.explain(ASKED)
    assert (found.window, found.advice.verdict) == (30, Verdict.MOSTLY_NOISE)
    naive = adviser.explain(replace(ASKED, value=0.65, sample=100))
    assert (naive.window, naive.advice.verdict) == (100, Verdict.ALWAYS_BROKEN)


def test_tickets_and_their_overlap_move_the_answer(adviser: ThresholdAdviser) -> None:
    asked = replace(ASKED, value=0.57, window=30, tickets=20)
    independent, alike = adviser.explain(asked), adviser.explain(replace(asked, overlap=11))
    assert independent.advice.break_probability < alike.advice.break_probability / 100


def test_the_window_of_the_metric_counts(adviser: ThresholdAdviser) -> None:
    assert adviser.explain(replace(ASKED, metric="accuracy.7")).window == 7
    with pytest.raises(ValueError, match="window: give a number of draws"):
        adviser.explain(replace(ASKED, metric="accuracy.all"))


def test_a_sample_that_takes_years_is_answered_as_the_longest_window(
    adviser: ThresholdAdviser,
) -> None:
    huge = AlertRule("a", "accuracy", "<", 0.65, sample_size_min=10**9)
    assert adviser.advice(huge) == adviser.advice(replace(huge, sample_size_min=1_000))


@pytest.mark.parametrize("language", Language)
def test_the_answer_is_said_in_words(language: Language) -> None:
    lines = ThresholdAdviser(KNOWN_GAMES, language).explain(ASKED).text.items()
    comma = language is Language.PT_BR
    assert any(("47,07%" if comma else "47.07%") in value for _, value in lines)
    assert len(lines) == 9  # no label takes the place of another


def test_a_rule_of_another_game_is_advised_by_its_own_chance(adviser: ThresholdAdviser) -> None:
    rule = AlertRule("a", "accuracy", "<", 0.1, game="megasena")
    advice = adviser.advice(rule)
    assert advice is not None
    assert "10.0%" in adviser.warnings(rule, advice)[0]


def test_a_sample_makes_the_window_longer(adviser: ThresholdAdviser) -> None:
    short = AlertRule("a", "accuracy.1", "<", 0.6)
    longer = AlertRule("a", "accuracy.1", "<", 0.6, sample_size_min=100)
    assert adviser.advice(short) != adviser.advice(longer)
    assert adviser.advice(AlertRule("a", "accuracy.all", "<", 0.6)) is None


def test_unknown_metrics_and_games_are_named(adviser: ThresholdAdviser) -> None:
    with pytest.raises(ValueError, match=r"^metric: 'speed' is not known"):
        adviser.explain(replace(ASKED, metric="speed"))
    with pytest.raises(UnknownGame):
        adviser.explain(replace(ASKED, game="bingo"))
