"""The composition root: settings in, wired services out. Nothing is built at import.

What a service needs is imported where it is made, when somebody asks for it: who records does not
pay for pages, and who sends over HTTP not for a database.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporter.config import Settings
from exporter.domain.games import Games
from exporter.domain.hosts import KnownHosts, is_loopback, local_url
from exporter.logs import LogOptions, configure_logs, level_counts

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from exporter.alerting.alert_history import AlertHistory
    from exporter.alerting.alert_system import AlertSystem
    from exporter.alerting.channel_trial import ChannelTrial
    from exporter.alerting.threshold_advice import ThresholdAdviser
    from exporter.collectors.exposition import Exposition
    from exporter.figures.overview import OverviewReader
    from exporter.figures.rule_values import CurrentRules
    from exporter.figures.snapshots import Snapshots
    from exporter.figures.system_resources import SystemResources
    from exporter.operating.doctor import Doctor, Finding
    from exporter.operating.structured_logger import StructuredLogger
    from exporter.pages.dashboard.performance_dashboard import PerformanceDashboard
    from exporter.recording.accuracy_tracker import AccuracyTracker
    from exporter.recording.destination import Destination
    from exporter.recording.intake import Intake
    from exporter.recording.metrics_service import MetricsService
    from exporter.recording.prepared_database import PreparedDatabase
    from exporter.serving.access import Access
    from exporter.serving.http_instruments import HttpInstruments
    from exporter.serving.lanes import Lane
    from exporter.serving.server import Server
    from exporter.serving.terms import Traffic

#: How long the doctor waits for a mail server, in seconds.
_MAIL_SECONDS = 10.0
#: Those that serve besides EXPORTER_THREADS, for calls that record and for others: for monitoring
#: and for exports.
OTHER_THREADS = 8


def now_micros() -> int:
    """The moment, in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, eq=False)
class Application:
    """The services of one process, each made when it is first asked for; nothing starts by itself.

    `over_http` has records sent to the exporter at EXPORTER_URL instead of to the database.
    """

    settings: Settings
    now: Callable[[], int] = now_micros
    over_http: bool = False

    @property
    def games(self) -> Games:
        return self.settings.games

    @cached_property
    def engine(self) -> "Engine":
        from exporter.storage.engine import create_engine_for

        settings = self.settings
        threads = 2 * settings.EXPORTER_THREADS + OTHER_THREADS
        return create_engine_for(settings.database, settings.SPOOL_SYNC, threads)

    @cached_property
    def database(self) -> "PreparedDatabase":
        from exporter.recording.prepared_database import PreparedDatabase

        return PreparedDatabase(self.engine)

    @property
    def _own_database(self) -> "PreparedDatabase | None":
        return None if self.over_http else self.database

    @cached_property
    def intake(self) -> "Intake":
        from exporter.recording.intake import Intake
        from exporter.recording.spool import Spool

        settings = self.settings
        folder, size = settings.LOTOFACIL_DATA_DIR, settings.SPOOL_MAX_SIZE
        return Intake(
            Spool(folder / "spool.db", size, settings.SPOOL_SYNC),
            self._destination,
            self.games,
            self.now,
            batch_size=settings.METRICS_BATCH_SIZE,
            durable=settings.SPOOL_DURABLE,
        )

    @cached_property
    def _destination(self) -> "Destination":
        if not self.over_http:
            from exporter.recording.sql_destination import SqlDestination

            return SqlDestination(self.database, self.games, self.now)
        from exporter.domain.horizon import Horizon
        from exporter.domain.prediction_parser import PredictionParser
        from exporter.outbound.exporter_client import ExporterClient
        from exporter.recording.http_destination import HttpDestination
        from exporter.recording.metrics_service import encode_metadata

        token = self.settings.EXPORTER_API_TOKEN.get_secret_value()
        # What is stored was accepted once, and is not held against the clock again.
        horizon = Horizon((), self.now)
        parser = PredictionParser(self.games, self.now, encode_metadata, "", horizon=horizon)
        client = ExporterClient(self.settings.EXPORTER_URL, token)
        return HttpDestination(client, self.games, parser)

    @cached_property
    def metrics(self) -> "MetricsService":
        from exporter.recording.metrics_service import MetricsService

        return MetricsService(self.intake, self._own_database, self.games, self.now)

    @cached_property
    def tracker(self) -> "AccuracyTracker":
        from exporter.recording.accuracy_tracker import AccuracyTracker

        return AccuracyTracker(self.intake, self._own_database, self.games, self.now)

    @cached_property
    def snapshots(self) -> "Snapshots":
        from exporter.figures.snapshots import Snapshots

        seconds = self.settings.EXPORTER_REFRESH_SECONDS
        return Snapshots(self.database, self.games, self.now, seconds)

    @cached_property
    def resources(self) -> "SystemResources":
        from exporter.figures.system_resources import SystemResources

        return SystemResources(self.settings.LOTOFACIL_DATA_DIR)

    @cached_property
    def rule_values(self) -> "CurrentRules":
        from exporter.figures.machine import ErrorsOfHour, Machine
        from exporter.figures.rule_values import CurrentRules

        intake = self.intake  # made now: those who ask for values may be several threads
        machine = Machine(
            self.resources,
            self.parts_up,
            lambda: intake.state().records,
            ErrorsOfHour(lambda: level_counts().get("error", 0), self.now),
            self.now,
        )
        return CurrentRules(self.snapshots, self.games, machine)

    @cached_property
    def history(self) -> "AlertHistory":
        from exporter.alerting.alert_history import AlertHistory

        return AlertHistory(self.database, self.now)

    @cached_property
    def adviser(self) -> "ThresholdAdviser":
        from exporter.alerting.threshold_advice import ThresholdAdviser

        return ThresholdAdviser(self.games, self.settings.LOTOFACIL_LANGUAGE)

    @cached_property
    def alerts(self) -> "AlertSystem":
        from exporter.alerting.alert_channels import Channels
        from exporter.alerting.alert_system import AlertSystem
        from exporter.alerting.alert_upkeep import AlertUpkeep
        from exporter.alerting.forwarding import AlertmanagerForwarding
        from exporter.outbound.alertmanager import Alertmanager
        from exporter.outbound.destinations import Destinations

        settings, database, now = self.settings, self.database, self.now
        check_url = Destinations(
            settings.ALERT_WEBHOOK_ALLOW_PRIVATE,
            allow_loopback=is_loopback(urlsplit(settings.ALERTMANAGER_URL).hostname or ""),
        ).check
        forwarding = AlertmanagerForwarding(settings)
        channels = Channels(database, forwarding, check_url, now, settings.LOTOFACIL_LANGUAGE)
        server, days = Alertmanager(settings.ALERTMANAGER_URL), settings.METRICS_RETENTION_DAYS
        upkeep = AlertUpkeep(channels, self.history, server, days, now)
        seconds = settings.ALERT_CHECK_INTERVAL
        return AlertSystem(database, channels, self.adviser, now, upkeep, seconds)

    @cached_property
    def overviews(self) -> "OverviewReader":
        from exporter.figures.overview import OverviewReader
        from exporter.figures.rule_board import KeptAdvice, RuleBoard

        board = RuleBoard(self.snapshots, self.rule_values, KeptAdvice(self.adviser.advice))
        return OverviewReader(self.database, self.games, self.now, self.resources, rules=board)

    def parts_up(self) -> dict[str, bool]:
        """Whether each of our own parts does its work."""
        is_delivering = self.intake.courier.attempts.is_running()
        return {"ingest": is_delivering, "database": self.snapshots.state.is_up}

    def close(self, seconds: float = inf) -> None:
        """Delivers what waits and closes; what cannot be delivered stays on disk.

        What is under way in the database goes on for so many seconds, and is ended then.
        """
        built = vars(self)  # where cached_property keeps what was asked for
        if "engine" in built:
            from exporter.storage.watchdog import end_all, hurry

            hurry(self.engine, seconds)
        if "alerts" in built:
            self.alerts.stop()
        if "snapshots" in built:
            self.snapshots.repeater.stop(5)
        if "intake" in built:
            self.intake.courier.stop(min(seconds + 2, 30))
        if "engine" in built:
            if seconds < inf:
                end_all(self.engine)
            self.engine.dispose()


def start_logs(
    settings: Settings, role: str, *, to_stderr: bool = False, whole_process: bool = True
) -> None:
    """Writes this process's lines as the settings say."""
    folder, size = settings.LOTOFACIL_DATA_DIR, settings.LOG_ROTATION_SIZE
    options = LogOptions(role, folder, settings.LOTOFACIL_LOG_LEVEL, size)
    configure_logs(replace(options, to_stderr=to_stderr, whole_process=whole_process))


def build(
    settings: Settings, now: Callable[[], int] = now_micros, *, over_http: bool = False
) -> Application:
    """The application for these settings; nothing is made, connects or starts yet."""
    return Application(settings, now, over_http)


def build_exposition(app: Application, http: "HttpInstruments") -> "Exposition":
    """The metrics page; some collectors are asked at each scrape."""
    from exporter.collectors import alert_rules, database, process, spool
    from exporter.collectors.exposition import Exposition
    from exporter.storage.watchdog import ended

    settings = app.settings
    live = [
        alert_rules.COLLECTOR.part(app.rule_values),
        alert_rules.CHECKS.part(app.alerts.failed_checks),
        spool.COLLECTOR.part(partial(spool.Waiting.of, app.intake, settings.SPOOL_MAX_SIZE)),
        database.FILE.part(app.database.file_fault),
        process.RESOURCES.part(app.resources),
        process.LOGS.part(level_counts),
        process.LIMITS.part(ended),
        process.HTTP.part(http.snapshot),
    ]
    return Exposition(app.snapshots, app.games, live)


def build_server(app: Application) -> "Server":
    """The HTTP server with every route, listening. Raises CannotListen."""
    from exporter.serving.server import Server
    from exporter.serving.terms import Allowance, Terms, Traffic

    settings, traffic = app.settings, Traffic()
    return Server(
        build_web(app, traffic),
        settings.EXPORTER_HOST,
        settings.EXPORTER_PORT,
        _lanes(settings),
        Terms(Allowance.of(settings, settings.EXPORTER_MAX_BODY), _access(settings).gate, traffic),
    )


def _lanes(settings: Settings) -> "Sequence[Lane]":
    from exporter.serving.lanes import EXPORTS, MONITORING, WRITING, Lane

    threads = settings.EXPORTER_THREADS
    return MONITORING, EXPORTS, Lane(("/",), threads, WRITING), Lane(("/",), threads)


def build_web(app: Application, traffic: "Traffic | None" = None) -> "Flask":
    """The WSGI application with every route; `traffic` is that of the server it is for."""
    from exporter.figures.listings import Listings
    from exporter.figures.metrics_query import MetricsReader
    from exporter.figures.system import SystemReader
    from exporter.pages.dashboard.blueprint import dashboard_blueprint
    from exporter.serving.http_instruments import HttpInstruments
    from exporter.web.application import create_app
    from exporter.web.dependencies import WebDependencies

    settings = app.settings
    http = HttpInstruments(traffic)
    system = SystemReader(app.parts_up, app.resources, app.now())
    exposition = build_exposition(app, http)
    return create_app(
        WebDependencies(
            render=exposition.render,
            not_ready=lambda: app.database.file_fault() or app.snapshots.state.error or None,
            version=lambda: _version(app.snapshots),
            now=app.now,
            metrics=MetricsReader(app.database, app.games, system, app.now),
            listings=Listings(app.database, app.games),
            predictions=app.metrics,
            results=app.tracker,
            instruments=http,
            games=app.games,
            alerts=app.alerts,
            history=app.history,
            adviser=app.adviser,
            access=_access(settings),
            language=settings.LOTOFACIL_LANGUAGE,
            max_body=settings.EXPORTER_MAX_BODY,
            request_seconds=settings.EXPORTER_REQUEST_SECONDS,
            pages=[dashboard_blueprint(app.overviews, settings.LOTOFACIL_LANGUAGE)],
        )
    )


def build_dashboard(app: Application) -> "PerformanceDashboard":
    """The documented dashboard object, for the user's own Flask application and for reports."""
    from exporter.outbound.mail import MailServer
    from exporter.pages.dashboard.performance_dashboard import PerformanceDashboard

    settings, server = app.settings, MailServer.of(app.settings)
    app.snapshots.take()  # brings the schema up to date; a database that is away is told later
    words = settings.LOTOFACIL_LANGUAGE, settings.DASHBOARD_URL
    return PerformanceDashboard(app.overviews, server, settings.ALERT_EMAIL_FROM, *words)


def build_logger(app: Application) -> "StructuredLogger":
    """The documented structured logger, over the logs of this data folder."""
    from exporter.operating.structured_logger import StructuredLogger

    return StructuredLogger(app.settings.LOTOFACIL_DATA_DIR, app.resources)


def build_trial(app: Application) -> "ChannelTrial":
    """A test notification through the real route."""
    from exporter.alerting.channel_trial import ChannelTrial
    from exporter.outbound.alertmanager import Alertmanager

    return ChannelTrial(Alertmanager(app.settings.ALERTMANAGER_URL), app.now, time.sleep)


def build_doctor(settings: Settings) -> "Doctor":
    """The doctor, apart from an application: it looks at what may keep one from being built."""
    from exporter.alerting.forwarding import AlertmanagerForwarding
    from exporter.alerting.threshold_advice import ThresholdAdviser
    from exporter.operating.doctor import Doctor, Told, check_exporter, check_retrainer, check_spool
    from exporter.outbound.alertmanager import Alertmanager
    from exporter.outbound.mail import MailServer
    from exporter.outbound.prometheus import Prometheus
    from exporter.storage.engine import create_engine_for

    folder, limit = settings.LOTOFACIL_DATA_DIR, settings.SPOOL_MAX_SIZE
    own = settings.EXPORTER_URL or settings.ALERT_HISTORY_URL
    exporter = own or local_url(settings.EXPORTER_HOST, settings.EXPORTER_PORT)
    token = settings.EXPORTER_API_TOKEN.get_secret_value()
    retrainer = settings.RETRAINER_URL.rstrip("/")
    mail, webhook = settings.ALERT_EMAIL_TO.strip(), settings.WEBHOOK_URL.get_secret_value()
    return Doctor(
        engine=create_engine_for(settings.database, settings.SPOOL_SYNC),
        around=partial(_around, settings),
        spool=partial(check_spool, folder, limit, now_micros),
        exporter=partial(check_exporter, exporter.rstrip("/"), token),
        retrainer=partial(check_retrainer, retrainer, settings.RETRAINER_COMMAND),
        prometheus=Prometheus(settings.PROMETHEUS_URL),
        alertmanager=Alertmanager(settings.ALERTMANAGER_URL),
        forwarding=AlertmanagerForwarding(settings),
        told=partial(Told, default_mail=bool(mail), default_webhook=bool(webhook)),
        mail=replace(MailServer.of(settings), timeout=_MAIL_SECONDS),
        adviser=ThresholdAdviser(settings.games, settings.LOTOFACIL_LANGUAGE),
    )


def _around(settings: Settings) -> "Iterator[Finding]":
    from sqlalchemy import make_url

    from exporter.operating.doctor import check_room, check_time_zone

    url = make_url(settings.database)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    files = [Path(str(url.database)).parent] if is_file else []
    yield from check_room([settings.LOTOFACIL_DATA_DIR, *files])
    yield from check_time_zone(os.environ.get("TZ", ""))


def _version(snapshots: "Snapshots") -> str | None:
    state = snapshots.state
    return str(state.reading.taken_at) if state.reading else None


def _access(settings: Settings) -> "Access":
    from exporter.serving.access import Access

    return Access(
        loopback=is_loopback(settings.EXPORTER_HOST),
        token=settings.EXPORTER_API_TOKEN.get_secret_value(),
        anonymous_read=settings.EXPORTER_ANONYMOUS_READ,
        hosts=KnownHosts.of(settings.EXPORTER_HOST, settings.allowed_hosts),
    )
