import json
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, update

from exporter.domain.alerts import AlertRule
from exporter.domain.moments import DAY, HOUR
from exporter.figures.rule_board import WatchedRule
from exporter.messages import Language
from exporter.outbound.mail import MailNotSent, MailServer
from exporter.pages.reports import DailyReport, compose, daily_report, mail_report
from exporter.storage import models, retention
from exporter.storage.engine import writing
from exporter.storage.schema import notifications
from tests.seeding import NOW, Arm, empty_engine, reader_of, seeded_engine
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    arms = (Arm("v2.1", "model", 0.72), Arm(HOSTILE, "control", 0.6))
    url = f"sqlite:///{tmp_path_factory.mktemp('reports') / 'metrics.db'}"
    engine = seeded_engine(url, 35, arms)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def report(engine: Engine) -> DailyReport:
    return daily_report(reader_of(engine), dashboard_url="http://localhost:5000/dashboard")


def test_printing_it_is_readable(report: DailyReport) -> None:
    text = str(report)
    assert text.startswith("Relatório diário — Lotofácil\n============================\n")
    assert "De 14/06/2024 09:00 a 15/06/2024 09:00 (America/Sao_Paulo)" in text
    assert "http://localhost:5000/dashboard" in text
    assert max(map(len, text.splitlines())) < 140


def test_accuracy_stands_beside_chance_with_its_sample_and_verdict(report: DailyReport) -> None:
    lines = [line for line in str(report).splitlines() if "últimos 30  " in line]
    line = next(line for line in lines if line.startswith("  v2.1 (em uso)  "))
    assert "indistinguível do acaso" in line
    assert " 60,0% " in line
    assert line.endswith("  30")


def test_its_html_is_no_wider_than_a_mail_is_read(report: DailyReport, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.set_content(report.html)
    cards = page.locator("body > div").all()
    wider = [one for one in cards if one.evaluate("it => it.scrollWidth > it.clientWidth")]
    assert [one.locator("h3").inner_text() for one in wider] == []
    page.close()


def test_columns_are_aligned(report: DailyReport) -> None:
    lines = str(report).splitlines()
    at = lines.index("Dinheiro")
    header, rule, first = lines[at + 1 : at + 4]
    assert len(header) == len(rule) == len(first)


def test_its_figures_are_plain_values(report: DailyReport) -> None:
    (game,) = json.loads(json.dumps(report.data, allow_nan=False))["games"]
    assert game["game"] == "lotofacil"
    assert game["chance"] == 0.6
    assert game["models"][0]["windows"]["30"]["draws"] == 30
    assert game["models"][0]["money"]["net"] < 0


def lines_of(report: DailyReport, title: str) -> list[str]:
    """The rows of a table."""
    lines = str(report).splitlines()
    at = lines.index(title)
    return lines[at + 3 : lines.index("", at)] if "" in lines[at:] else lines[at + 3 :]


RULE = WatchedRule(AlertRule("Baixa acurácia", "accuracy", "<", 0.6), 0.5912)


def test_rules_and_notifications_are_told_in_both_languages(engine: Engine) -> None:
    reader = reader_of(engine, lambda: [RULE])
    report = daily_report(reader)
    (rule,) = lines_of(report, "Regras de alerta")
    condition = "acurácia · 30 sorteios < 60% 59,12% violada, sem notificação"
    assert " ".join(rule.split()) == f"Baixa acurácia {condition}"
    (told,) = lines_of(report, "Notificações do período")
    assert told.split()[-3:] == ["LotofacilConfidenceOver", "aviso", "disparou"]
    assert report.data["games"][0]["rules"][0]["value"] == 0.5912
    assert report.data["games"][0]["notifications"][0]["status"] == "firing"
    english = daily_report(reader, Language.EN)
    assert "Alert rules" in str(english)
    assert "Notifications of the period" in english.html
    assert max(map(len, lines_of(english, "Alert rules"))) < 100


def test_what_there_is_none_of_is_said(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(notifications).values(received_at=NOW - 2 * DAY))
    text = str(daily_report(reader_of(engine)))
    with writing(engine) as connection:
        connection.execute(update(notifications).values(received_at=NOW - 2 * HOUR))
    assert "Regras de alerta\n  Nenhuma regra foi criada." in text
    assert "Notificações do período\n  Nada foi notificado no período." in text


def test_what_is_of_the_whole_system_is_said_once(engine: Engine) -> None:
    overview = reader_of(engine).overview()
    text = str(compose([overview, overview], Language.EN))
    assert text.count("Prize tiers") == 2
    assert text.count("Active alerts\n") == text.count("Alert rules\n") == 1
    assert text.index("Active alerts\n") > text.rindex("Prize tiers")


def test_the_last_draws_keep_their_tickets_after_a_clean_up_and_a_promotion(
    sqlite_url: str,
) -> None:
    engine = seeded_engine(sqlite_url, 10, (Arm("v2.1", "model", 0.6), Arm("v2.0", "model", 0.6)))
    before = lines_of(daily_report(reader_of(engine)), "Últimos sorteios")
    assert [line.split()[-3] for line in before] == ["4"] * 8
    assert retention.cleanup(engine, before=NOW, now=NOW) > 0
    with writing(engine) as connection:
        models.promote(connection, "lotofacil", "v3", "model", NOW)
    after = daily_report(reader_of(engine))
    assert lines_of(after, "Últimos sorteios") == before
    assert after.data["games"][0]["models"][0]["model_version"] == "v3"
    engine.dispose()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {"src", "onload", "onerror"} & {name for name, _ in attrs}


def test_its_html_holds_no_foreign_markup_and_fetches_nothing(report: DailyReport) -> None:
    reading = _Tags()
    reading.feed(report.html)
    assert "script" not in reading.tags
    assert "img" not in reading.tags
    assert "&lt;script&gt;" in report.html


def test_it_can_be_in_english(engine: Engine) -> None:
    report = daily_report(reader_of(engine), Language.EN)
    assert str(report).startswith("Daily report — Lotofácil")
    assert report.subject.startswith("Daily report Lotofácil, 2024-06-15")


def test_an_empty_database_is_said(sqlite_url: str) -> None:
    report = daily_report(reader_of(empty_engine(sqlite_url)))
    assert "Ainda não há predições" in str(report)
    assert "Ainda não há predições" in report.html
    assert report.subject.endswith("sem dados")


def test_it_is_mailed_in_both_forms(report: DailyReport, smtp_server: SmtpServer) -> None:
    smtp_server.clear()  # other tests send a report of the same day
    server = MailServer(
        smtp_server.host, smtp_server.port, require_tls=False, timeout=PATIENCE_SECONDS
    )
    mail_report(report, ["admin@empresa.com"], "lotofacil@localhost.test", server)
    got = smtp_server.wait_for(lambda mail: mail["Subject"] == report.subject)
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == str(report).strip()
    assert html.get_content_type() == "text/html"


def test_no_receiver_is_said(report: DailyReport) -> None:
    with pytest.raises(MailNotSent, match="no receiver"):
        mail_report(report, [], "lotofacil@localhost.test", MailServer("mail.test"))
