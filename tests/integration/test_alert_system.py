"""The documented alert calls, from a rule to a mail, through the real servers and back again."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from api.accuracy_tracker import accuracy_tracker
from api.alert_system import AlertRule, NotificationChannel, alert_system
from api.container import forget
from api.metrics_service import metrics_service
from exporter.domain.definitions import LOTOFACIL
from exporter.stack.prometheus import render, write_rules
from tests.commands import lotofacil
from tests.servers.alertmanager import Alertmanager, StartAlertmanager
from tests.servers.ports import free_port
from tests.servers.process import PROJECT, Server
from tests.servers.prometheus import Prometheus, StartPrometheus
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until
from tests.servers.webhook import Delivery, WebhookServer

pytestmark = [pytest.mark.integration, pytest.mark.slow]
TOKEN = "token-of-this-test"
DRAWN = list(range(1, 16))
MISSED = list(range(8, 23))  # 8 of 15
PATIENTLY = ("--timeout", str(PATIENCE_SECONDS))


@dataclass(frozen=True)
class Stack:
    """A running exporter, and where Alertmanager and Prometheus are to be."""

    url: str
    config: Path
    alertmanager_port: int
    prometheus_port: int

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        return answer.json()["data"]


@pytest.fixture
def settings(
    tmp_path: Path, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The settings of both processes: this one, which uses the Python calls, and the exporter."""
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'metrics.db'}",
        "LOTOFACIL_DATA_DIR": str(tmp_path / "data"),
        "EXPORTER_PORT": str(free_port()),
        "EXPORTER_API_TOKEN": TOKEN,
        "EXPORTER_REFRESH_SECONDS": "0.2",
        "ALERTMANAGER_URL": f"http://127.0.0.1:{free_port()}",
        "ALERTMANAGER_CONFIG": str(tmp_path / "alertmanager" / "alertmanager.yml"),
        "PROMETHEUS_URL": f"http://127.0.0.1:{free_port()}",
        "ALERT_CHECK_INTERVAL": "1",
        "ALERT_GROUP_WAIT": "0s",
        "ALERT_GROUP_INTERVAL": "1s",
        "SMTP_SERVER": smtp_server.host,
        "SMTP_PORT": str(smtp_server.port),
        "SMTP_REQUIRE_TLS": "false",
        "LOTOFACIL_LANGUAGE": "pt-BR",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    forget()
    yield given
    forget()


@pytest.fixture
def stack(settings: dict[str, str], tmp_path: Path) -> Iterator[Stack]:
    """The exporter as its users start it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    words = [f"{name}={value}" for name, value in (kept | settings).items()]
    command = ["env", "-i", *words, sys.executable, "-m", "exporter.cli", "serve"]
    url = f"http://127.0.0.1:{settings['EXPORTER_PORT']}"
    server = Server(command, tmp_path / "exporter.log")
    server.wait_until_ready(lambda: answers(f"{url}/-/ready"))
    yield Stack(
        url,
        Path(settings["ALERTMANAGER_CONFIG"]),
        int(settings["ALERTMANAGER_URL"].rpartition(":")[2]),
        int(settings["PROMETHEUS_URL"].rpartition(":")[2]),
    )
    server.stop()


@pytest.fixture
def servers(
    stack: Stack,
    start_alertmanager: StartAlertmanager,
    start_prometheus: StartPrometheus,
    tmp_path: Path,
) -> Iterator[tuple[Alertmanager, Prometheus]]:
    """Alertmanager as the exporter configured it, and Prometheus with the committed rules."""
    wait_until(stack.config.is_file, what="the exporter's configuration of Alertmanager")
    alertmanager = start_alertmanager(stack.config, stack.alertmanager_port)
    write_rules(PROJECT / "prometheus" / "rules", tmp_path / "rules", hold="1s")
    addresses = {
        "exporter": stack.url.removeprefix("http://"),
        "alertmanager": f"127.0.0.1:{stack.alertmanager_port}",
    }
    source = (PROJECT / "prometheus" / "prometheus.yml").read_text("utf-8")
    rules = str(tmp_path / "rules" / "*.yml")
    config = render(source, addresses, rules, scrape_interval="1s", evaluation_interval="1s")
    prometheus = start_prometheus(config, stack.prometheus_port)
    yield alertmanager, prometheus
    prometheus.stop()
    alertmanager.stop()


def test_a_rule_reaches_mail_webhook_and_history_and_is_resolved(
    stack: Stack,
    servers: tuple[Alertmanager, Prometheus],
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
) -> None:
    set_up_as_the_guide_does(webhook_server)
    newest = LOTOFACIL.calendar.last_before(datetime.now(UTC))  # there may be another one soon
    record_tickets(MISSED, 1, newest)

    mail = smtp_server.wait_for(lambda m: "Baixa Acurácia" in body_of(m))
    assert "Alerta Sistema Lotofácil" in mail["Subject"]
    assert "Aviso" in body_of(mail)
    assert mail["To"] == "admin@empresa.com"
    told = webhook_server.wait_for(lambda d: has_rule(d, "firing"))
    assert told.headers["authorization"] == "Bearer token123"
    labels = told.body["alerts"][0]["labels"]
    assert (labels["rule"], labels["severity"]) == ("Baixa Acurácia", "warning")
    active = wait_until(lambda: of_rule(stack.get("/api/alerts")["active"]), what="the history")
    assert active[0]["labels"]["rule"] == "Baixa Acurácia"
    assert servers[1].value('lotofacil_alert_rule_value{rule="Baixa Acurácia"}') == 8 / 15

    record_tickets(DRAWN, 5, newest)
    webhook_server.wait_for(lambda d: has_rule(d, "resolved"))
    wait_until(lambda: not of_rule(stack.get("/api/alerts")["active"]), what="the end")
    history = of_rule(stack.get("/api/alerts")["items"])
    assert [entry["status"] for entry in history] == ["resolved", "firing"]


def test_a_channel_is_tried_through_the_real_route(
    servers: tuple[Alertmanager, Prometheus],
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
) -> None:
    assert servers
    name = 'Operação "noite"\n{{ .x }}'
    channel = NotificationChannel(name, "email", {"to": "noite@empresa.com"})
    assert alert_system.add_notification_channel(channel).applied
    refused = alert_system.add_webhook(
        f"{webhook_server.url}/fails",
        name="fails",
        events=["accuracy_rise"],  # nothing but the trials goes there
    )
    assert refused.applied
    tried = lotofacil("alerts", "test", "--channel", name, *PATIENTLY)
    assert (tried.exit_code, tried.stderr) == (0, "")
    mail = smtp_server.wait_for(lambda m: m["To"] == "noite@empresa.com")
    assert "notificação de teste" in body_of(mail)
    webhook_server.answer_with(400, times=1_000)  # a refused message is sent again each second
    failed = lotofacil("alerts", "test", "--channel", "fails", *PATIENTLY)
    assert failed.exit_code == 1
    assert "não conseguiu entregar por webhook" in failed.stdout
    webhook_server.clear()
    again = lotofacil("alerts", "test", "--channel", "fails", *PATIENTLY)
    assert "entregou uma mensagem do tipo webhook" in again.stdout


def test_the_doctor_finds_what_is_well_and_what_is_not(
    servers: tuple[Alertmanager, Prometheus], tmp_path: Path
) -> None:
    wait_until(lambda: servers[1].value('up{job="exporter"}') == 1, what="the first scrape")
    wait_until(lambda: line_of("canais")[0] != "ERRO", what="the exporter's configuration")
    for subject in ("banco de dados", "fila em disco", "exportador", "painel", "API"):
        assert line_of(subject)[0] == "ok"
    for subject in ("coleta", "regras", "Alertmanager", "e-mail"):
        assert line_of(subject)[0] == "ok"
    assert line_of("canais") == ("aviso", line_of("canais")[1])  # nobody is told yet
    assert line_of("retreinador")[0] == "ERRO"
    rules = tmp_path / "rules" / "user.yml"
    rules.write_text(rules.read_text("utf-8").replace("== lotofacil", "> lotofacil"), "utf-8")
    servers[1].reload()
    wait_until(lambda: line_of("regras")[0] == "ERRO", what="the changed rule")
    assert "LotofacilUserRule" in line_of("regras")[1]


def line_of(subject: str) -> tuple[str, str]:
    """Health and text of the doctor's first line about a subject."""
    lines = [line.split(None, 1) for line in lotofacil("doctor").stdout.splitlines()]
    health, said = next(line for line in lines if line[1].startswith(subject))
    return health, said


def set_up_as_the_guide_does(webhook_server: WebhookServer) -> None:
    rule = AlertRule(
        name="Baixa Acurácia",
        metric_type="accuracy",
        condition="<",
        threshold=0.6,
        severity="warning",
        description="Acurácia abaixo de 60%",
    )
    outcome = alert_system.add_rule(rule)
    assert outcome.advice
    assert "ruído" in outcome.warnings[0]
    channel = NotificationChannel(
        name="Email Admin",
        type="email",
        config={"to": "admin@empresa.com", "subject": "Alerta Sistema Lotofácil"},
    )
    assert alert_system.add_notification_channel(channel).applied
    added = alert_system.add_webhook(
        url=f"{webhook_server.url}/alerts",
        headers={"Authorization": "Bearer token123"},
        events=["accuracy_drop", "system_error"],
    )
    assert (added.applied, added.warnings) == (True, ())


def record_tickets(numbers: list[int], count: int, drawn_at: datetime) -> None:
    """Tickets on a draw, which drew 1 to 15; more of them move its accuracy."""
    for _ in range(count):
        metrics_service.record_prediction(
            "lotofacil", numbers, 0.6, "v1", predicted_at=drawn_at - timedelta(hours=1)
        )
    metrics_service.flush()
    accuracy_tracker.record_result("lotofacil", 3000, DRAWN, drawn_at)


def body_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part else ""


def has_rule(delivery: Delivery, status: str) -> bool:
    alerts = delivery.body.get("alerts", [])
    rules = [a["labels"].get("rule") for a in alerts if a["status"] == status]
    return "Baixa Acurácia" in rules


def of_rule(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["alert"] == "LotofacilUserRule"]
