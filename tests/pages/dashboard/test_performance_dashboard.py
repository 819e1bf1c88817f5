import pytest
from flask import Flask
from sqlalchemy import Engine

from exporter.outbound.mail import MailNotSent, MailServer
from exporter.pages.dashboard.performance_dashboard import PerformanceDashboard
from tests.seeding import reader_of
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS


@pytest.fixture
def dashboard(seeded: Engine, smtp_server: SmtpServer) -> PerformanceDashboard:
    reader = reader_of(seeded)
    server = MailServer(
        smtp_server.host, smtp_server.port, require_tls=False, timeout=PATIENCE_SECONDS
    )
    return PerformanceDashboard(reader, server, "lotofacil@localhost.test")


def test_the_users_own_application_shows_the_page(dashboard: PerformanceDashboard) -> None:
    app = Flask(__name__)
    dashboard.init_app(app)
    assert app.test_client().get("/dashboard").status_code == 200
    with app.test_client().get("/dashboard/static/dashboard.css") as styles:
        assert styles.content_type.startswith("text/css")


def test_two_applications_can_have_it(dashboard: PerformanceDashboard) -> None:
    for name in ("one", "two"):
        app = Flask(name)
        dashboard.init_app(app)
        assert app.test_client().get("/dashboard").status_code == 200


def test_the_report_is_printed_and_mailed(
    dashboard: PerformanceDashboard, smtp_server: SmtpServer
) -> None:
    smtp_server.clear()
    report = dashboard.generate_daily_report()
    dashboard.send_report_email(report=report, recipients=["admin@empresa.com"])
    got = smtp_server.wait_for(lambda mail: mail["Subject"] == report.subject)
    assert got["To"] == "admin@empresa.com"


def test_one_receiver_may_be_a_plain_text_and_the_report_left_out(
    dashboard: PerformanceDashboard, smtp_server: SmtpServer
) -> None:
    smtp_server.clear()
    dashboard.send_report_email(recipients="chefe@empresa.com")
    assert smtp_server.wait_for()["To"] == "chefe@empresa.com"


def test_nobody_to_send_it_to_is_said(dashboard: PerformanceDashboard) -> None:
    with pytest.raises(MailNotSent, match="no receiver"):
        dashboard.send_report_email()
