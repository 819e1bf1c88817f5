"""From a series that Prometheus scrapes to the mail and the webhook, with the real servers.

Each test is about a game of its own, so that alerts of one never join a message of another.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from exporter.alerting.alertmanager_file import configuration_files
from exporter.alerting.routes import Timing
from exporter.collectors import accuracy, alert_rules, draws, evidence, models
from exporter.config import Settings
from exporter.domain.alerts import NotificationChannel, webhook_channel
from exporter.messages import Language
from exporter.stack import prometheus
from tests.integration.fake_exporter import FakeExporter, running_fake_exporter
from tests.prometheus.rule_files import ROOT
from tests.servers.alertmanager import Alertmanager, StartAlertmanager
from tests.servers.ports import free_port
from tests.servers.prometheus import StartPrometheus
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS, wait_until
from tests.servers.webhook import Delivery, WebhookServer, running_webhook

pytestmark = pytest.mark.integration

#: As impatient as can be.
AT_ONCE = Timing(
    group_wait="1s",
    group_interval="1s",
    repeat_interval="1h",
    info_interval="1s",
    info_repeat_interval="1h",
)
TOKEN = "token-of-the-retrainer"


def configuration(folder: Path, smtp: SmtpServer, webhook: WebhookServer, **changed: Any) -> Path:
    """Alertmanager's files for a mail and a webhook receiver, with the retrainer on the latter."""
    settings = Settings.model_construct(
        SMTP_SERVER=smtp.host,
        SMTP_PORT=smtp.port,
        SMTP_REQUIRE_TLS=False,
        ALERT_EMAIL_TO="operador@empresa.com",
        RETRAINER_URL=f"{webhook.url}/retrainer",
        RETRAINER_TOKEN=SecretStr(TOKEN),
        **changed,
    )
    hook = webhook_channel(
        f"{webhook.url}/hook", {"X-Key": "k1"}, ["accuracy_drop", "system_error"], name="Torre"
    )
    for name, text in configuration_files(settings, [hook], AT_ONCE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "alertmanager.yml"


def prometheus_config(folder: Path, exporter: FakeExporter, alertmanager: Alertmanager) -> str:
    """The committed configuration and rules for these servers, without any patience."""
    prometheus.write_rules(ROOT / prometheus.RULES, folder / "rules", hold="0s")
    targets = {
        "exporter": exporter.address,
        "alertmanager": alertmanager.url.removeprefix("http://"),
    }
    return prometheus.render(
        (ROOT / prometheus.CONFIGURATION).read_text("utf-8"),
        targets,
        str(folder / "rules" / "*.yml"),
        scrape_interval="2s",  # and no scrape may take longer
        evaluation_interval="1s",
    )


@pytest.fixture(scope="module")
def exporter() -> Iterator[FakeExporter]:
    with running_fake_exporter() as fake:
        yield fake


@pytest.fixture(scope="module")
def alertmanager(
    tmp_path_factory: pytest.TempPathFactory,
    exporter: FakeExporter,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
    start_alertmanager: StartAlertmanager,
    start_prometheus: StartPrometheus,
) -> Alertmanager:
    """An Alertmanager that a Prometheus which scrapes the exporter talks to."""
    folder = tmp_path_factory.mktemp("delivery")
    server = start_alertmanager(configuration(folder, smtp_server, webhook_server))
    start_prometheus(prometheus_config(folder, exporter, server))
    return server


def make_worse(exporter: FakeExporter, game: str, model: str = "v2.1") -> None:
    """A model that is worse than chance: 58 % where chance gives 60 %."""
    labels = {"game": game, "model_version": model, "role": "model"}
    exporter.set(accuracy.CHANCE_ACCURACY, 0.6, game=game)
    exporter.set(models.MODEL_ACTIVE, 1, **labels)
    exporter.set(accuracy.WINDOW_HITS, 261, **labels, window="all")
    exporter.set(accuracy.WINDOW_NUMBERS, 450, **labels, window="all")
    exporter.set(evidence.EVIDENCE_PEAK, 1.87e18, **labels, direction="worse")


def about(game: str, state: str = "") -> Callable[[EmailMessage], bool]:
    return lambda mail: game in str(mail["Subject"]) and state in str(mail["Subject"])


def posted(path: str, status: str, game: str) -> Callable[[Delivery], bool]:
    def wanted(delivery: Delivery) -> bool:
        body = delivery.body
        games = {alert["labels"].get("game") for alert in body["alerts"]}
        return delivery.path == path and body["status"] == status and game in games

    return wanted


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The plain and the HTML body."""
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    return plain.get_content(), page.get_content()


def test_an_alert_and_its_end_arrive_by_mail_and_webhook(
    alertmanager: Alertmanager,  # noqa: ARG001 - it runs
    exporter: FakeExporter,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
) -> None:
    make_worse(exporter, "first")
    mail = smtp_server.wait_for(about("first", "CRÍTICO"))
    assert mail["To"] == "operador@empresa.com"
    for body in parts(mail):
        assert "Acurácia desde o início: 58%; o acaso daria 60%." in body
        assert "chegou a mais de um milhão (agora: desconhecida)" in body
        assert "http://localhost:5000/dashboard" in body
        assert "docs/runbooks/LotofacilAccuracyWorseThanChance.md" in body
        assert '<a href="docs' not in body
    hook = webhook_server.wait_for(posted("/hook", "firing", "first"))
    assert hook.headers["x-key"] == "k1"
    asked = webhook_server.wait_for(posted("/retrainer/webhook", "firing", "first"))
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert "x-key" not in asked.headers

    replaced = {"game": "first", "model_version": "v2.1", "role": "model"}
    exporter.set(models.MODEL_ACTIVE, 0, **replaced)
    exporter.set(models.MODEL_PREDICTING, 0, **replaced)
    over = smtp_server.wait_for(about("first", "RESOLVIDO"))
    assert all("Não prova que está tudo bem" in body for body in parts(over))
    webhook_server.wait_for(posted("/hook", "resolved", "first"))


def test_several_models_come_in_one_mail(
    alertmanager: Alertmanager,  # noqa: ARG001 - it runs
    exporter: FakeExporter,
    smtp_server: SmtpServer,
) -> None:
    with exporter.at_once():
        for model in ("v1", "v2", "v3"):
            make_worse(exporter, "several", model)
    smtp_server.wait_for(lambda mail: about("several")(mail) and "(+2)" in mail["Subject"])
    critical = [m for m in smtp_server.messages if about("several")(m)]
    assert len(critical) == 1  # and the milder alert of the same name is held back
    assert not any("AVISO" in str(mail["Subject"]) for mail in critical)


def test_what_is_silenced_is_not_told(
    alertmanager: Alertmanager, exporter: FakeExporter, webhook_server: WebhookServer
) -> None:
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "model_version", "value": "quiet", "isRegex": False}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "test",
        "comment": "test",
    }
    requests.post(
        f"{alertmanager.url}/api/v2/silences", json=silence, timeout=PATIENCE_SECONDS
    ).raise_for_status()
    make_worse(exporter, "silenced", "quiet")
    wait_until(lambda: _held(alertmanager, "quiet"), what="the silenced alert")
    make_worse(exporter, "silenced", "loud")
    told = webhook_server.wait_for(posted("/hook", "firing", "silenced"))
    versions = {alert["labels"]["model_version"] for alert in told.body["alerts"]}
    assert versions == {"loud"}


def _held(alertmanager: Alertmanager, model: str) -> bool:
    return any(
        alert["labels"].get("model_version") == model and alert["status"]["silencedBy"]
        for alert in alertmanager.alerts()
    )


def test_accuracy_is_silent_while_results_are_overdue(
    alertmanager: Alertmanager, exporter: FakeExporter, smtp_server: SmtpServer
) -> None:
    exporter.set(draws.DRAW_NEXT, datetime.now(UTC).timestamp() - 8 * 3600, game="overdue")
    smtp_server.wait_for(lambda mail: mail["Subject"] == "[AVISO] Resultado de overdue atrasado")
    make_worse(exporter, "overdue")
    wait_until(lambda: _inhibited(alertmanager, "overdue"), what="the alert that is held back")
    told = [mail for mail in smtp_server.messages if about("overdue")(mail)]
    assert not any("acerta menos" in str(mail["Subject"]) for mail in told)


def _inhibited(alertmanager: Alertmanager, game: str) -> bool:
    return any(
        alert["labels"].get("game") == game
        and alert["labels"]["event"] == "accuracy_drop"
        and alert["status"]["inhibitedBy"]
        for alert in alertmanager.alerts()
    )


def test_a_rule_that_a_user_made_is_told(
    alertmanager: Alertmanager,  # noqa: ARG001 - it runs
    exporter: FakeExporter,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
) -> None:
    name = 'Baixa <b>Acurácia</b> "{{ $value }}"'
    rule = {"rule": name, "metric_type": "accuracy", "condition": "<", "severity": "warning"}
    labels = {**rule, "event": "accuracy_drop", "game": "user"}
    labels |= {"model_version": "", "role": "model"}
    exporter.set(accuracy.CHANCE_ACCURACY, 0.6, game="user")
    exporter.set(alert_rules.ALERT_RULE_THRESHOLD, 0.6, **labels)
    exporter.set(alert_rules.ALERT_RULE_VALUE, 0.587, **labels)
    mail = smtp_server.wait_for(lambda mail: mail["Subject"] == f"[AVISO] {name}")
    plain, page = parts(mail)
    assert "accuracy é 0,587; a regra avisa quando < 0,6. O acaso daria 0,6." in plain
    assert "<b>Acurácia</b>" not in page
    hook = webhook_server.wait_for(posted("/hook", "firing", "user"))
    assert hook.body["alerts"][0]["labels"]["rule"] == name


def test_nothing_is_lost_while_receivers_are_away(
    tmp_path: Path, start_alertmanager: StartAlertmanager
) -> None:
    smtp = SmtpServer(free_port())  # nobody listens there yet
    with running_webhook() as webhook:
        webhook.answer_with(503, times=4)
        server = start_alertmanager(configuration(tmp_path, smtp, webhook))
        server.post_alerts([_alert("away")])
        wait_until(lambda: len(webhook.received) >= 4, what="the attempts that are refused")
        with _listening(smtp):
            smtp.wait_for(about("away"))
        wait_until(lambda: len(webhook.received) == 5, what="the attempt that is taken")
        server.stop()


@contextmanager
def _listening(smtp: SmtpServer) -> Iterator[None]:
    controller = Controller(smtp, hostname=smtp.host, port=smtp.port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def _alert(game: str, **labels: str) -> dict[str, Any]:
    names = {"alertname": "LotofacilUserRule", "severity": "critical", "event": "system_error"}
    return {
        "labels": {**names, "game": game, **labels},
        "annotations": {"summary": f"Aviso de {game}", "summary_en": f"Alert of {game}"},
    }


def test_a_cluster_of_two_sends_one_mail(
    tmp_path: Path,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
    start_alertmanager: StartAlertmanager,
) -> None:
    file = configuration(tmp_path, smtp_server, webhook_server)
    ports = [free_port(), free_port()]
    servers = [
        start_alertmanager(file, flags=_cluster(port, [p for p in ports if p != port]))
        for port in ports
    ]
    wait_until(lambda: all(_peers(server) == 2 for server in servers), what="the cluster")
    for server in servers:
        server.post_alerts([_alert("cluster")])
    smtp_server.wait_for(about("cluster"))
    # Who looks a second time whether to send has sent what it found to be due the first time.
    looks = 2 * len(("mail", "webhook"))
    wait_until(lambda: all(_looks(server) >= looks for server in servers), what="second looks")
    assert len([mail for mail in smtp_server.messages if about("cluster")(mail)]) == 1


def _cluster(port: int, peers: list[int]) -> list[str]:
    return [
        f"--cluster.listen-address=127.0.0.1:{port}",
        *(f"--cluster.peer=127.0.0.1:{peer}" for peer in peers),
        "--cluster.gossip-interval=50ms",
        "--cluster.pushpull-interval=1s",
        "--cluster.peer-timeout=5s",  # the second waits so long for the first
        "--cluster.settle-timeout=1s",
    ]


def _peers(server: Alertmanager) -> int:
    status = requests.get(f"{server.url}/api/v2/status", timeout=PATIENCE_SECONDS).json()
    return len(status["cluster"]["peers"]) if status["cluster"]["status"] == "ready" else 0


def _looks(server: Alertmanager) -> float:
    """How often it looked into its notes whether a message is due, once for each receiver."""
    page = requests.get(f"{server.url}/metrics", timeout=PATIENCE_SECONDS).text
    found = re.search(r"^alertmanager_nflog_queries_total (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0


def test_a_channel_has_its_own_subject_and_language(
    tmp_path: Path, smtp_server: SmtpServer, start_alertmanager: StartAlertmanager
) -> None:
    settings = Settings.model_construct(
        SMTP_SERVER=smtp_server.host,
        SMTP_PORT=smtp_server.port,
        SMTP_REQUIRE_TLS=False,
        LOTOFACIL_LANGUAGE=Language.EN,
    )
    to = {"to": "admin@empresa.com", "subject": "Alerta {{ .x }} Sistema Lotofácil"}
    channel = NotificationChannel("Email Admin", "email", to)
    for name, text in configuration_files(settings, [channel], AT_ONCE).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    start_alertmanager(tmp_path / "alertmanager.yml").post_alerts([_alert("english")])
    mail = smtp_server.wait_for(about("english"))
    assert mail["Subject"] == "Alerta {{ .x }} Sistema Lotofácil: [CRITICAL] Alert of english"
    assert all("Open the dashboard" in body for body in parts(mail))


def test_runbooks_are_linked_where_it_is_said_where_people_find_them(
    tmp_path: Path,
    smtp_server: SmtpServer,
    webhook_server: WebhookServer,
    start_alertmanager: StartAlertmanager,
) -> None:
    base = "https://git.empresa.com/lotofacil/-/blob/main"
    file = configuration(tmp_path, smtp_server, webhook_server, RUNBOOKS_URL=f"{base}/")
    path = "docs/runbooks/LotofacilUserRule.md"
    server = start_alertmanager(file)
    alert = _alert("linked")
    notes = {**alert["annotations"], "runbook": path}
    server.post_alerts([alert | {"annotations": notes}, _alert("bare")])
    plain, page = parts(smtp_server.wait_for(about("linked")))
    assert f"O que fazer: {base}/{path}" in plain.splitlines()
    assert f'O que fazer: <a href="{base}/{path}"' in page
    assert all("O que fazer" not in body for body in parts(smtp_server.wait_for(about("bare"))))
