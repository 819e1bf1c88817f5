"""Users' rules with their values, and with advice that nobody waits for."""

from collections.abc import Callable
from functools import partial
from threading import Event
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine

from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.alerts import AlertRule
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import UnknownGame
from exporter.domain.statistics.thresholds import Advice, Verdict
from exporter.figures.rule_board import KeptAdvice, RuleBoard
from exporter.figures.rule_values import CurrentRules
from exporter.figures.snapshots import Snapshots
from exporter.messages import Language
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.engine import writing
from exporter.storage.named_rows import RULES
from tests.seeding import NOW
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

RULE = AlertRule("Baixa Acurácia", "accuracy", "<", 0.6)
DISK = AlertRule("Disco", "system.disk", ">", 0.9)
ADVISER = ThresholdAdviser(KNOWN_GAMES, Language.PT_BR)


def has_answer(kept: KeptAdvice, rule: AlertRule) -> bool:
    return rule in kept.known([rule])


def keep(engine: Engine, *rules: AlertRule) -> None:
    with writing(engine) as connection:
        for rule in rules:
            RULES.put(connection, rule.name, rule, NOW)


def test_an_answer_is_not_waited_for_and_asked_once() -> None:
    may_answer, asked = Event(), list[str]()

    def ask(rule: AlertRule) -> Advice | None:
        asked.append(rule.name)
        may_answer.wait(PATIENCE_SECONDS)
        return ADVISER.advice(rule)

    kept = KeptAdvice(ask)
    assert kept.known([RULE, DISK]) == {}
    may_answer.set()
    wait_until(lambda: len(kept.known([RULE, DISK])) == 2)
    found = kept.known([RULE, DISK])
    assert found == {RULE: ADVISER.advice(RULE), DISK: None}
    assert asked == [RULE.name, DISK.name]


def test_a_rule_that_changed_is_asked_about_anew_and_others_are_forgotten() -> None:
    asked: list[float] = []
    kept = KeptAdvice(lambda rule: asked.append(rule.threshold))
    for rule in (RULE, RULE.changed(threshold=0.5), RULE):
        wait_until(partial(has_answer, kept, rule))
    assert asked == [0.6, 0.5, 0.6]


@pytest.mark.parametrize("problem", [UnknownGame("bingo", []), ValueError("window")])
def test_what_cannot_be_answered_has_no_answer(problem: Exception) -> None:
    ask = Mock(side_effect=problem)
    kept = KeptAdvice(ask)
    wait_until(partial(has_answer, kept, RULE))
    assert kept.known([RULE]) == {RULE: None}
    ask.assert_called_once_with(RULE)


def board_of(engine: Engine, now: Callable[[], int] = lambda: NOW) -> RuleBoard:
    snapshots = Snapshots(PreparedDatabase(engine), KNOWN_GAMES, now, refresh=5)
    values = CurrentRules(snapshots, KNOWN_GAMES, lambda: {"system.disk": 0.5})
    return RuleBoard(snapshots, values, KeptAdvice(ADVISER.advice))


def test_the_board_has_each_rule_with_value_and_advice(engine: Engine) -> None:
    keep(engine, RULE, DISK)
    board = board_of(engine)
    wait_until(lambda: all(one.is_advised for one in board()))
    accuracy, disk = board()
    assert (accuracy.rule, accuracy.value) == (RULE, None)
    assert accuracy.advice
    assert accuracy.advice.verdict is Verdict.MOSTLY_NOISE
    assert (disk.rule, disk.value, disk.advice) == (DISK, 0.5, None)


def test_where_nobody_takes_snapshots_new_rules_show_when_the_last_is_old(engine: Engine) -> None:
    moments = [NOW]
    board = board_of(engine, lambda: moments[0])
    assert board() == []
    keep(engine, DISK)
    assert board() == []
    moments[0] += 6_000_000
    assert [one.rule for one in board()] == [DISK]
