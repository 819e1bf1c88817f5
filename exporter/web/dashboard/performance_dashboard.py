"""The documented `dashboard`: the page inside the user's own application, and the reports."""

from collections.abc import Sequence

from flask import Flask

from exporter.messages import Language
from exporter.outbound.mail import MailServer
from exporter.services.overview import OverviewReader
from exporter.services.reports import DailyReport, DailyReports, mail_report
from exporter.web.dashboard.blueprint import dashboard_blueprint


class PerformanceDashboard:
    """The page at /dashboard, and daily reports to print or to send by mail."""

    def __init__(
        self,
        reader: OverviewReader,
        reports: DailyReports,
        mail_server: MailServer,
        sender: str,
        language: Language = Language.PT_BR,
        refresh_seconds: float = 10.0,
    ) -> None:
        self._reader = reader
        self._reports = reports
        self._mail_server = mail_server
        self._sender = sender
        self._language = language
        self._refresh_seconds = refresh_seconds

    def init_app(self, app: Flask) -> None:
        """Serves the page, its figures and its files below /dashboard of `app`."""
        app.register_blueprint(
            dashboard_blueprint(self._reader, self._language, self._refresh_seconds)
        )

    def generate_daily_report(self) -> DailyReport:
        """The report of the last 24 hours: print it, or read its `data`, `text` or `html`."""
        return self._reports.daily()

    def send_report_email(
        self, report: DailyReport | None = None, recipients: Sequence[str] | str = ()
    ) -> None:
        """Mails `report` (None: one made now) to `recipients`.

        Raises MailNotSent, with one line that says why, when a receiver will not get it.
        """
        receivers = [recipients] if isinstance(recipients, str) else list(recipients)
        mail_report(report or self._reports.daily(), receivers, self._sender, self._mail_server)
