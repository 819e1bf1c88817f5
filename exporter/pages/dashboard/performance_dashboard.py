"""The documented `dashboard`: the page inside the user's own application, and the reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from exporter.figures.overview import OverviewReader
from exporter.messages import Language
from exporter.outbound.mail import MailServer
from exporter.pages.dashboard.blueprint import dashboard_blueprint
from exporter.pages.reports import DailyReport, daily_report, mail_report


@dataclass(frozen=True, slots=True)
class PerformanceDashboard:
    """The page at /dashboard, and daily reports to print or to send by mail."""

    reader: OverviewReader
    mail_server: MailServer
    sender: str
    language: Language = Language.PT_BR
    dashboard_url: str = ""

    def init_app(self, app: Flask) -> None:
        """Serves the page, its figures and its files below /dashboard of `app`."""
        app.register_blueprint(dashboard_blueprint(self.reader, self.language))

    def generate_daily_report(self) -> DailyReport:
        """The report of the last 24 hours: print it, or read its `data`, `text` or `html`."""
        return daily_report(self.reader, self.language, self.dashboard_url)

    def send_report_email(
        self, report: DailyReport | None = None, recipients: Sequence[str] | str = ()
    ) -> None:
        """Mails `report` (None: one made now) to `recipients`.

        Raises MailNotSent, with one line that says why, when a receiver will not get it.
        """
        receivers = [recipients] if isinstance(recipients, str) else list(recipients)
        report = report or self.generate_daily_report()
        mail_report(report, receivers, self.sender, self.mail_server)
