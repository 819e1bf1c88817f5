"""Alerts, notifications and users' rules in words."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.alerts import METRIC_TYPES, AlertRule
from exporter.domain.definitions import KNOWN_GAMES
from exporter.figures.overview import Overview
from exporter.figures.rule_board import WatchedRule
from exporter.messages import Language
from exporter.messages.wording import Wording
from exporter.pages import alert_tables
from exporter.pages.shapes import Tone
from exporter.storage.notifications import Notification
from tests.seeding import NOW, reader_of

PT = Wording(Language.PT_BR, "America/Sao_Paulo")
EN = Wording(Language.EN, "America/Sao_Paulo")
RULE = AlertRule("Baixa Acurácia", "accuracy", "<", 0.6)
ADVISER = ThresholdAdviser(KNOWN_GAMES, Language.PT_BR)


@pytest.fixture(scope="session")
def overview(seeded: Engine) -> Overview:
    return reader_of(seeded).overview()


def row(overview: Overview, one: WatchedRule, say: Wording = PT) -> list[str]:
    (found,) = alert_tables.rules(replace(overview, rules=[one]), say).rows
    return [cell.text for cell in found]


def advised(overview: Overview, metric: str, threshold: float, say: Wording = PT) -> str:
    rule = AlertRule("a", metric, "<", threshold)
    return row(overview, WatchedRule(rule, 0.6, ADVISER.advice(rule)), say)[-1]


def test_a_rule_is_said_in_words(overview: Overview) -> None:
    rule = replace(RULE, game="lotofacil", model_version="v2.1")
    shown = row(overview, WatchedRule(rule, 0.61234))
    assert shown[:4] == [
        "Baixa Acurácia",
        "acurácia · 30 sorteios · lotofacil · v2.1",
        "< 60%",
        "61,23%",
    ]
    assert shown[4:] == ["aviso", "em silêncio", "–"]


def test_advice_on_the_documented_thresholds_is_plain(overview: Overview) -> None:
    noise = "ruído: cerca de 12 episódios em 300 sorteios, 47% das verificações"
    assert advised(overview, "accuracy", 0.6) == noise
    always = "sempre violado ao acaso: em 100% das verificações"
    assert advised(overview, "accuracy.100", 0.65) == always
    assert advised(overview, "accuracy.100", 0.56) == (
        "sólido: menos de 1 episódio em 1.000 sorteios"
    )
    assert advised(overview, "accuracy.1", 0.3, EN).startswith(("sound", "hardly", "noisy"))
    assert advised(overview, "accuracy.zscore", -3) == "–"


def test_advice_that_is_being_worked_out_says_so(overview: Overview) -> None:
    assert row(overview, WatchedRule(RULE, 0.6, is_advised=False))[-1] == "calculando…"


@pytest.mark.parametrize(
    ("value", "state"), [(None, "sem valor"), (0.6, "em silêncio"), (0.59, "violada")]
)
def test_a_rule_that_does_not_fire_says_how_it_is(
    overview: Overview, value: float | None, state: str
) -> None:
    assert row(overview, WatchedRule(RULE, value))[5].startswith(state)


def notified(alert: str, labels: dict[str, str], texts: dict[str, str]) -> Notification:
    known = ("f", NOW, "firing", alert, "warning", "accuracy_drop")
    return Notification(*known, labels, texts, NOW)


def test_a_rule_fires_while_its_alert_is_active(overview: Overview) -> None:
    alert = notified("LotofacilUserRule", {"rule": RULE.name}, {})
    firing = replace(overview, alerts=[alert])
    assert row(firing, WatchedRule(RULE, None))[5] == "disparada"
    (active,) = alert_tables.alerts(firing, PT).rows
    assert active[0].text == "Baixa Acurácia"


@pytest.mark.parametrize("say", [PT, EN])
@pytest.mark.parametrize("metric_type", [*METRIC_TYPES, "accuracy.1", "accuracy.7", "accuracy.all"])
def test_every_metric_has_words_and_a_unit(
    overview: Overview, metric_type: str, say: Wording
) -> None:
    shown = row(overview, WatchedRule(AlertRule("a", metric_type, ">", 0.5), 0.25), say)
    assert "watch_" not in shown[1]
    assert shown[3] != "–"


@pytest.mark.parametrize(
    ("metric_type", "threshold", "shown"),
    [
        ("accuracy", 0.6005, "> 60,05%"),
        ("confidence", 0.65, "> 65%"),
        ("performance", 1.5, "> 1,5 s"),
        ("performance.error_rate", 0.005, "> 0,5%"),
        ("predictions.age", 86_400, "> 1 d"),
        ("confidence.bias", 0.05, "> +5,0 p.p."),
        ("accuracy.zscore", -3, "> −3"),
        ("accuracy.evidence", 20, "> 20,00"),
        ("predictions", 1_000, "> 1.000"),
        ("performance.throughput", 0.0125, "> 0,0125"),
    ],
)
def test_thresholds_are_in_the_metrics_unit(
    overview: Overview, metric_type: str, threshold: float, shown: str
) -> None:
    rule = AlertRule("a", metric_type, ">", threshold)
    assert row(overview, WatchedRule(rule, None))[2] == shown


def told(status: str = "firing", **texts: str) -> Notification:
    labels = {"rule": RULE.name}
    alert = ("LotofacilUserRule", "critical", "accuracy_drop", labels, texts)
    return Notification("f", NOW, status, *alert, NOW)


def test_notifications_are_in_the_pages_language(overview: Overview) -> None:
    one = told(summary="Acurácia baixa", summary_en="Low accuracy")
    given = replace(overview, notifications=[one, told("resolved", summary="Só em português")])
    fired, ended = alert_tables.notifications(given, PT).rows
    moment = "15/06/2024 09:00"
    words = [moment, RULE.name, "crítico", "accuracy_drop", "disparou", "Acurácia baixa"]
    assert [cell.text for cell in fired] == words
    assert (fired[2].tone, ended[2].tone) == (Tone.BAD, Tone.PLAIN)
    assert ended[4].text == "terminou"
    fired, ended = alert_tables.notifications(given, EN).rows
    assert (fired[-1].text, ended[-1].text) == ("Low accuracy", "Só em português")


def test_nothing_yet_is_said(overview: Overview) -> None:
    empty = replace(overview, notifications=[], rules=[])
    for make in (alert_tables.rules, alert_tables.notifications):
        table = make(empty, PT)
        assert not table.rows
        assert table.nothing


def test_an_active_alert_says_what_it_is_about(overview: Overview) -> None:
    texts = {"summary": "Resultado de quina atrasado", "summary_en": "Result of quina overdue"}
    alert = notified("LotofacilDrawResultOverdue", {}, texts)
    for say, summary in ((PT, texts["summary"]), (EN, texts["summary_en"])):
        (cells,) = alert_tables.alerts(replace(overview, alerts=[alert]), say).rows
        assert cells[-1].text == summary
