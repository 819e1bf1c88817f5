"""Decisions: what is known in, one decision and one sentence out."""

from dataclasses import replace

import pytest

from exporter.domain.moments import SECOND
from exporter.domain.retraining import Decision, Figures, PerformanceThreshold
from exporter.messages import Language
from retrainer.decision import UNKNOWN, Asked, Situation, broken_thresholds, decide, describe

NOW = 1_700_000_000 * SECOND
GUIDE = PerformanceThreshold(
    accuracy_min=0.65, error_rate_max=0.1, confidence_min=0.7, sample_size_min=100
)
AT_CHANCE = Figures("v1", 30, 300, 0.6, 0.85, 300, 0.0, 1.1)
FINE = Figures("v1", 30, 300, 0.7, 0.85, 300, 0.0, 0.01)
CALM = Situation(now=NOW, cooldown=3600, thresholds=GUIDE, figures=AT_CHANCE)


def decision(asked: Asked, known: Situation) -> Decision:
    return decide(asked, known, Language.EN).decision


@pytest.mark.parametrize("event", ["accuracy_drop", "model_drift", "overconfidence"])
def test_an_alert_of_the_model_asks_for_training(event: str) -> None:
    verdict = decide(Asked("lotofacil", event), CALM, Language.EN)
    assert verdict.decision is Decision.RETRAIN
    assert event in verdict.explanation
    assert "accuracy 0.600 over 300 tickets of 30 draws" in verdict.explanation


def test_an_alert_counts_without_thresholds_and_figures() -> None:
    bare = Situation(now=NOW, cooldown=3600)
    verdict = decide(Asked("lotofacil", "model_drift"), bare, Language.EN)
    assert verdict.decision is Decision.RETRAIN
    assert "not known yet" in verdict.explanation


def test_an_alert_on_fewer_tickets_than_the_thresholds_ask_for_is_no_evidence() -> None:
    few = replace(CALM, figures=replace(AT_CHANCE, tickets=99))
    verdict = decide(Asked("lotofacil", "accuracy_drop"), few, Language.EN)
    assert verdict.decision is Decision.REFUSED_NO_EVIDENCE
    assert verdict.explanation == "Only 99 scored tickets; the thresholds ask for 100."


IN_USE = replace(AT_CHANCE, is_promoted=True)
FRESH = Figures("v2", is_promoted=True)


def test_an_alert_about_another_version_than_the_one_in_use_is_no_evidence() -> None:
    asked = Asked("lotofacil", "model_drift", model_version="v0")
    known = replace(CALM, figures=IN_USE)
    verdict = decide(asked, known, Language.EN)
    assert verdict.decision is Decision.REFUSED_NO_EVIDENCE
    assert verdict.explanation == "The alert is about version v0; v1 is in use."
    assert decision(replace(asked, model_version="v1"), known) is Decision.RETRAIN
    assert decision(replace(asked, model_version=None), known) is Decision.RETRAIN


@pytest.mark.parametrize("version", [None, "v2"])
@pytest.mark.parametrize("thresholds", [None, GUIDE])
def test_a_fresh_version_is_not_judged_by_its_predecessors_figures(
    version: str | None, thresholds: PerformanceThreshold | None
) -> None:
    known = replace(CALM, figures=FRESH, thresholds=thresholds)
    asked = Asked("lotofacil", "accuracy_drop", model_version=version)
    verdict = decide(asked, known, Language.EN)
    assert verdict.decision is Decision.REFUSED_NO_EVIDENCE
    assert verdict.explanation.startswith("The version in use, v2, has no scored tickets yet")


def test_a_fresh_version_is_not_judged_by_thresholds_either() -> None:
    known = replace(CALM, figures=FRESH)
    assert decision(Asked("lotofacil", "threshold"), known) is Decision.REFUSED_NO_EVIDENCE
    for trigger in ("schedule", "manual", "retry"):
        assert decision(Asked("lotofacil", trigger), known) is Decision.RETRAIN


def test_where_no_version_was_put_in_use_an_alert_may_be_about_any() -> None:
    for figures in (AT_CHANCE, Figures("v2")):
        known = replace(CALM, figures=figures, thresholds=None)
        asked = Asked("lotofacil", "accuracy_drop", model_version="v0")
        assert decision(asked, known) is Decision.RETRAIN


@pytest.mark.parametrize("event", ["system_error", "", "unknown", "retrain\n"])
def test_other_events_are_none_of_its_business(event: str) -> None:
    assert decision(Asked("lotofacil", event), CALM) is Decision.IGNORED_UNKNOWN


def test_an_unknown_game_is_ignored() -> None:
    assert decision(Asked(UNKNOWN, "accuracy_drop"), CALM) is Decision.IGNORED_UNKNOWN


def test_a_resolved_alert_is_ignored() -> None:
    asked = Asked("lotofacil", "accuracy_drop", resolved=True)
    assert decision(asked, CALM) is Decision.IGNORED_RESOLVED


@pytest.mark.parametrize("trigger", ["accuracy_drop", "threshold", "schedule", "manual", "retry"])
def test_nothing_starts_while_a_run_is_under_way(trigger: str) -> None:
    running = replace(CALM, running=True)
    asked = Asked("lotofacil", trigger, force=True)
    assert decision(asked, running) is Decision.REFUSED_RUNNING


@pytest.mark.parametrize("trigger", ["accuracy_drop", "threshold", "manual"])
def test_the_cooldown_holds_until_its_last_second(trigger: str) -> None:
    asked = Asked("lotofacil", trigger)
    cooling = replace(CALM, last_run_ended=NOW - 3600 * SECOND + 1)
    verdict = decide(asked, cooling, Language.EN)
    assert verdict.decision is Decision.REFUSED_COOLDOWN
    assert "2023-11-14T22:13:20Z" in verdict.explanation
    cooled = replace(CALM, last_run_ended=NOW - 3600 * SECOND)
    assert decision(asked, cooled) is Decision.RETRAIN


def test_a_run_of_the_future_cools_down_no_longer_than_any_other() -> None:
    """It ended while the clock was wrong: a small step back holds, a year does not."""
    asked = Asked("lotofacil", "model_drift")
    ahead = [replace(CALM, last_run_ended=NOW + after * SECOND) for after in (3599, 3600, 10**8)]
    assert [decision(asked, known) for known in ahead] == [
        Decision.REFUSED_COOLDOWN,
        Decision.RETRAIN,
        Decision.RETRAIN,
    ]


@pytest.mark.parametrize(
    "asked",
    [
        Asked("lotofacil", "schedule"),
        Asked("lotofacil", "retry"),
        Asked("lotofacil", "manual", force=True),
    ],
    ids=["schedule", "retry", "force"],
)
def test_what_the_operator_wishes_is_not_held_back_by_the_cooldown(asked: Asked) -> None:
    assert decision(asked, replace(CALM, last_run_ended=NOW)) is Decision.RETRAIN


def test_a_broken_threshold_asks_as_documented_even_at_chance() -> None:
    verdict = decide(Asked("lotofacil", "threshold"), CALM, Language.PT_BR)
    assert verdict.decision is Decision.RETRAIN
    assert "accuracy 0.600 < 0.65" in verdict.explanation
    assert "acurácia 0.600" in verdict.explanation


def test_thresholds_that_hold_ask_for_nothing() -> None:
    asked = Asked("lotofacil", "threshold")
    assert decision(asked, replace(CALM, figures=FINE)) is Decision.REFUSED_NO_EVIDENCE
    assert decision(asked, replace(CALM, thresholds=None)) is Decision.REFUSED_NO_EVIDENCE


def test_each_threshold_is_compared_with_its_own_sample() -> None:
    bad = Figures("v1", 30, 99, 0.1, 0.1, 100, 0.5, None)
    assert broken_thresholds(GUIDE, bad) == ["confidence 0.100 < 0.7", "error_rate 0.500 > 0.1"]
    assert broken_thresholds(GUIDE, replace(bad, tickets=100))[0] == "accuracy 0.100 < 0.65"
    assert broken_thresholds(GUIDE, Figures()) == []


def test_figures_on_the_threshold_do_not_break_it() -> None:
    exactly = Figures("v1", 30, 100, 0.65, 0.7, 100, 0.1, None)
    assert broken_thresholds(GUIDE, exactly) == []


@pytest.mark.parametrize(
    ("value", "english", "portuguese"),
    [(1.1, "1.10", "1,10"), (130.4, "130", "130"), (1.87e18, "10¹⁸", "10¹⁸")],
)
def test_evidence_is_told_with_the_figures(value: float, english: str, portuguese: str) -> None:
    figures = replace(AT_CHANCE, evidence=value)
    assert f"evidence of being below chance {english} (" in describe(figures, Language.EN)
    assert f"estar abaixo do acaso {portuguese} (" in describe(figures, Language.PT_BR)
