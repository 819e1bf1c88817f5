"""The whole story with real servers: a prediction becomes a mail, a training and a new version."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from api.accuracy_tracker import accuracy_tracker
from api.alert_system import AlertRule, alert_system
from api.container import application, forget
from api.metrics_service import metrics_service
from exporter.domain.definitions import LOTOFACIL
from tests.integration.local import LocalRun, local_run
from tests.servers.process import find_program
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS, wait_until
from tests.servers.webhook import Delivery, WebhookServer

pytestmark = [pytest.mark.integration, pytest.mark.slow]
DRAWN = list(range(1, 16))
MISSED = list(range(8, 23))  # 8 of 15: less than chance
RULE = "Baixa Acurácia"


@pytest.fixture
def run(
    tmp_path: Path,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[LocalRun]:
    """The local system without the demonstration; the Python calls are made in its folder."""
    find_program("prometheus"), find_program("alertmanager")
    folder, settings = tmp_path / "home", notifications_to(smtp_server, webhook_server)
    with local_run(folder, "--without=feed", "--without=mails", "--hold=1s", **settings) as started:
        started.wait_until_ready()
        monkeypatch.chdir(folder)
        for name, value in started.settings.items():
            monkeypatch.setenv(name, value)
        forget()
        yield started
        forget()


def notifications_to(smtp_server: SmtpServer, webhook_server: WebhookServer) -> dict[str, str]:
    return {
        "SMTP_SERVER": smtp_server.host,
        "SMTP_PORT": str(smtp_server.port),
        "SMTP_REQUIRE_TLS": "false",
        "ALERT_EMAIL_TO": "story@example.org",
        "WEBHOOK_URL": f"{webhook_server.url}/story",
        "ALERT_GROUP_INTERVAL": "1s",
        "LOTOFACIL_LANGUAGE": "en",
    }


def test_from_a_prediction_to_a_mail_a_training_and_the_end_of_the_alert(
    run: LocalRun, smtp_server: SmtpServer, webhook_server: WebhookServer
) -> None:
    alert_system.add_rule(AlertRule(RULE, "accuracy", "<", 0.6, severity="warning"))
    recorded = time.monotonic()
    newest = LOTOFACIL.calendar.last_before(datetime.now(UTC))  # there may be another one soon
    play(MISSED, "v2.1", newest)

    assert stored("SELECT count(*) FROM predictions") == 1
    assert stored("SELECT hits FROM draw_scores") == 8
    hits = 'lotofacil_window_hits{game="lotofacil",model_version="v2.1",role="model",window="1"}'
    wait_until(lambda: f"{hits} 8" in run.scrape(), what="the hits on the page")
    assert wait_until(lambda: run.value(hits), what="the hits in Prometheus") == 8

    mail = smtp_server.wait_for(is_mail_about(RULE, "story@example.org"))
    print(f"from the prediction to the mail: {time.monotonic() - recorded:.1f} s")  # noqa: T201
    assert "RESOLVED" not in mail["Subject"]
    webhook_server.wait_for(is_post_about(RULE, "firing"))

    version = wait_until(lambda: trained_version(run), what="a training")
    active = f'lotofacil_model_active{{game="lotofacil",model_version="{version}",role="model"}} 1'
    wait_until(lambda: active in run.scrape(), what="the new version on the page")

    for _ in range(3):
        play(DRAWN, str(version), newest)
    webhook_server.wait_for(is_post_about(RULE, "resolved"))
    smtp_server.wait_for(
        lambda found: (
            is_mail_about(RULE, "story@example.org")(found) and "RESOLVED" in found["Subject"]
        ),
    )


def play(numbers: list[int], version: str, drawn_at: datetime) -> None:
    """A ticket an hour before the newest draw, as the guide records it, and the draw's result.

    With an older draw its result would be overdue, which silences alerts about accuracy.
    """
    metrics_service.record_prediction(
        game_type="lotofacil",
        numbers=numbers,
        confidence=0.6,
        model_version=version,
        metadata={"algorithm": "lstm", "features": 50},
        predicted_at=drawn_at - timedelta(hours=1),
    )
    accuracy_tracker.record_result(
        game_type="lotofacil", draw_number=3500, winning_numbers=DRAWN, draw_date=drawn_at
    )


def stored(query: str) -> int:
    with application().engine.connect() as connection:
        found: int = connection.execute(text(query)).scalar_one()
    return found


def trained_version(run: LocalRun) -> Any:
    runs = requests.get(f"{run.retrainer}/runs", timeout=PATIENCE_SECONDS).json()["data"]["runs"]
    return next((one["model_version"] for one in runs if one["outcome"] == "success"), None)


def is_mail_about(rule: str, receiver: str) -> Callable[[EmailMessage], bool]:
    return lambda mail: mail["To"] == receiver and rule in str(mail["Subject"])


def is_post_about(rule: str, status: str) -> Callable[[Delivery], bool]:
    def wanted(delivery: Delivery) -> bool:
        alerts = delivery.body.get("alerts", []) if delivery.path == "/story" else []
        return (status, rule) in [(a["status"], a["labels"].get("rule")) for a in alerts]

    return wanted
