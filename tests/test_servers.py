"""Each server of the fixtures really answers."""

import smtplib
from email.message import EmailMessage

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.servers.alertmanager import StartAlertmanager
from tests.servers.ports import free_port
from tests.servers.prometheus import StartPrometheus
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS, wait_until
from tests.servers.webhook import WebhookServer

PNG = b"\x89PNG"
SELF_SCRAPE = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
MAIL_AND_WEBHOOK = """
route: {{receiver: test, group_wait: 0s, group_interval: 1s}}
receivers:
  - name: test
    webhook_configs: [{{url: "{webhook}"}}]
    email_configs:
      - {{smarthost: "{smtp}", from: a@example.org, to: b@example.org, require_tls: false}}
"""


def test_database_answers(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE draws (number INTEGER)"))
        connection.execute(sa.text("INSERT INTO draws VALUES (7)"))
        assert connection.scalar(sa.text("SELECT number FROM draws")) == 7
    engine.dispose()


def test_smtp_server_keeps_mails(smtp_server: SmtpServer) -> None:
    sent = EmailMessage()
    sent["From"], sent["To"], sent["Subject"] = "a@example.org", "b@example.org", "sorteio"
    sent.set_content("olá")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        client.send_message(sent)
    mail = smtp_server.wait_for(lambda found: found["Subject"] == "sorteio")
    assert mail.get_content().strip() == "olá"


def test_webhook_server_keeps_posts(webhook_server: WebhookServer) -> None:
    webhook_server.answer_with(503, Retry_After="1")
    refused = requests.post(
        f"{webhook_server.url}/hook", json={"draw": 1}, timeout=PATIENCE_SECONDS
    )
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert requests.post(
        f"{webhook_server.url}/hook", json={"draw": 2}, timeout=PATIENCE_SECONDS
    ).ok
    assert webhook_server.wait_for(lambda post: post.body.get("draw") == 2).path == "/hook"


@pytest.mark.integration
def test_prometheus_scrapes_itself(start_prometheus: StartPrometheus) -> None:
    port = free_port()
    prometheus = start_prometheus(SELF_SCRAPE.format(port=port), port)
    prometheus.reload()
    assert prometheus.wait_for_value("up") == 1
    assert prometheus.alerts() == []


@pytest.mark.integration
def test_alertmanager_mails_and_posts(
    start_alertmanager: StartAlertmanager, smtp_server: SmtpServer, webhook_server: WebhookServer
) -> None:
    config = MAIL_AND_WEBHOOK.format(webhook=webhook_server.url, smtp=smtp_server.address)
    alertmanager = start_alertmanager(config)
    alertmanager.post_alerts([{"labels": {"alertname": "ServersTest"}}])
    wait_until(alertmanager.alerts, what="the alert")
    assert smtp_server.wait_for(lambda mail: "ServersTest" in mail["Subject"])
    notice = webhook_server.wait_for(lambda post: "ServersTest" in post.raw.decode())
    assert notice.body["version"] == "4"


@pytest.mark.integration
def test_browser_takes_a_picture(browser: Browser) -> None:
    page = browser.new_page()
    page.goto("data:text/html,<h1>15 de 25</h1>")
    assert page.inner_text("h1") == "15 de 25"
    assert page.screenshot().startswith(PNG)
    page.close()
