"""The composition root: settings in, wired services out. Nothing is built at import."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from prometheus_client.metrics_core import Metric as Family
from sqlalchemy import Engine, make_url

from exporter.collectors import alert_rules, database, process, spool
from exporter.collectors.exposition import Exposition
from exporter.config import Settings
from exporter.domain.games import Games
from exporter.domain.horizon import Horizon
from exporter.domain.hosts import KnownHosts, is_loopback, local_url
from exporter.domain.prediction_parser import PredictionParser
from exporter.logs import level_counts
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.destinations import Destinations
from exporter.outbound.exporter_client import ExporterClient
from exporter.outbound.mail import MailServer
from exporter.outbound.prometheus import Prometheus
from exporter.services.accuracy_tracker import AccuracyTracker
from exporter.services.alert_channels import Channels
from exporter.services.alert_history import AlertHistory
from exporter.services.alert_system import AlertSystem
from exporter.services.alert_upkeep import AlertUpkeep
from exporter.services.channel_trial import ChannelTrial
from exporter.services.delivery import Delivery
from exporter.services.doctor import (
    Doctor,
    Finding,
    Told,
    check_exporter,
    check_retrainer,
    check_room,
    check_spool,
    check_time_zone,
)
from exporter.services.figures.system import SystemReader
from exporter.services.http_instruments import HttpInstruments
from exporter.services.http_records import HttpDelivery, HttpRecords
from exporter.services.intake import Intake
from exporter.services.listings import Listings
from exporter.services.metrics_query import MetricsReader
from exporter.services.metrics_service import MetricsService, encode_metadata
from exporter.services.overview.reader import OverviewReader
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.reports import DailyReports
from exporter.services.rule_board import KeptAdvice, RuleBoard
from exporter.services.rule_values.current import CurrentRules
from exporter.services.rule_values.machine import ErrorsOfHour, Machine
from exporter.services.snapshots import Snapshots
from exporter.services.sql_delivery import SqlDelivery
from exporter.services.sql_records import SqlRecords
from exporter.services.structured_logger import StructuredLogger
from exporter.services.system_resources import SystemResources
from exporter.services.threshold_advice import ThresholdAdviser
from exporter.serving.allowance import Allowance
from exporter.serving.lanes import EXPORTS, MONITORING, WRITING, Lane
from exporter.serving.server import Server
from exporter.serving.terms import Terms
from exporter.serving.traffic import Traffic
from exporter.stack.forwarding import AlertmanagerForwarding
from exporter.storage.engine import create_engine_for
from exporter.storage.spool import Spool
from exporter.storage.watchdog import end_all, hurry
from exporter.web.application import create_app
from exporter.web.auth import Access
from exporter.web.dashboard.blueprint import dashboard_blueprint
from exporter.web.dashboard.performance_dashboard import PerformanceDashboard
from exporter.web.dependencies import WebDependencies

#: How long the doctor waits for a mail server, in seconds.
_MAIL_SECONDS = 10.0


def now_micros() -> int:
    """The moment, in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, eq=False)
class Application:
    """The services of one process, wired; what only a server needs is made by `build_web`."""

    settings: Settings
    now: Callable[[], int]
    engine: Engine
    database: PreparedDatabase
    games: Games
    intake: Intake
    metrics: MetricsService
    tracker: AccuracyTracker
    snapshots: Snapshots
    alerts: AlertSystem
    history: AlertHistory
    adviser: ThresholdAdviser
    rule_values: CurrentRules
    resources: SystemResources

    def close(self, seconds: float = inf) -> None:
        """Delivers what waits and closes; what cannot be delivered stays on disk.

        What is under way in the database goes on for so many seconds, and is ended then.
        """
        hurry(self.engine, seconds)
        self.alerts.stop()
        self.snapshots.stop()
        self.intake.stop(min(seconds + 2, 30))
        if seconds < inf:
            end_all(self.engine)
        self.engine.dispose()


def build(
    settings: Settings, now: Callable[[], int] = now_micros, *, over_http: bool = False
) -> Application:
    """The application for these settings; nothing connects or starts yet.

    `over_http` has records sent to the exporter at EXPORTER_URL instead of to the database.
    """
    games = settings.games
    threads = sum(lane.threads for lane in _lanes(settings))
    engine = create_engine_for(settings.database, settings.SPOOL_SYNC, threads)
    database = PreparedDatabase(engine)
    delivery, records = _destination(settings, database, games, now, over_http=over_http)
    intake = Intake(
        Spool(
            settings.LOTOFACIL_DATA_DIR / "spool.db", settings.SPOOL_MAX_SIZE, settings.SPOOL_SYNC
        ),
        delivery,
        now,
        batch_size=settings.METRICS_BATCH_SIZE,
        durable=settings.SPOOL_DURABLE,
    )
    history = AlertHistory(database, now)
    adviser = ThresholdAdviser(games, settings.LOTOFACIL_LANGUAGE)
    resources = SystemResources(settings.LOTOFACIL_DATA_DIR)
    snapshots = Snapshots(database, games, now, settings.EXPORTER_REFRESH_SECONDS)
    return Application(
        settings=settings,
        now=now,
        engine=engine,
        database=database,
        games=games,
        intake=intake,
        metrics=MetricsService(intake, records, games, now),
        tracker=AccuracyTracker(intake, records, games, now),
        snapshots=snapshots,
        alerts=_alert_system(settings, database, history, adviser, now),
        history=history,
        adviser=adviser,
        rule_values=CurrentRules(snapshots, games, _machine(resources, intake, snapshots, now)),
        resources=resources,
    )


def _destination(
    settings: Settings,
    database: PreparedDatabase,
    games: Games,
    now: Callable[[], int],
    *,
    over_http: bool,
) -> tuple[Delivery, SqlRecords | HttpRecords]:
    if not over_http:
        return SqlDelivery(database, games, now), SqlRecords(database, games, now)
    client = ExporterClient(settings.EXPORTER_URL, settings.EXPORTER_API_TOKEN.get_secret_value())
    # What is stored was accepted once, and is not held against the clock again.
    parser = PredictionParser(games, now, encode_metadata, "", horizon=Horizon((), now))
    return HttpDelivery(client, games), HttpRecords(client, games, parser)


def _alert_system(
    settings: Settings,
    database: PreparedDatabase,
    history: AlertHistory,
    adviser: ThresholdAdviser,
    now: Callable[[], int],
) -> AlertSystem:
    check_url = Destinations(
        settings.ALERT_WEBHOOK_ALLOW_PRIVATE,
        allow_loopback=is_loopback(urlsplit(settings.ALERTMANAGER_URL).hostname or ""),
    ).check
    forwarding = AlertmanagerForwarding(settings)
    channels = Channels(database, forwarding, check_url, now, settings.LOTOFACIL_LANGUAGE)
    server, days = Alertmanager(settings.ALERTMANAGER_URL), settings.METRICS_RETENTION_DAYS
    upkeep = AlertUpkeep(channels, history, server, days, now)
    return AlertSystem(database, channels, adviser, now, upkeep, settings.ALERT_CHECK_INTERVAL)


def build_exposition(app: Application, http: HttpInstruments) -> Exposition:
    """The metrics page; some collectors are asked at each scrape."""
    settings = app.settings
    live: dict[str, Callable[[], Iterable[Family]]] = {
        "alert_rules": partial(alert_rules.collect, app.rule_values),
        "alert_checks": partial(alert_rules.collect_checks, app.alerts.failed_checks),
        "spool": partial(spool.collect, app.intake, settings.SPOOL_MAX_SIZE),
        "database_file": partial(database.collect_file, app.database.file_fault),
        "resources": partial(process.collect_resources, app.resources),
        "logs": process.collect_logs,
        "limits": process.collect_limits,
        "http": partial(process.collect_http, http),
    }
    return Exposition(app.snapshots, app.games, live, version("lotofacil-monitor"))


def build_server(app: Application) -> Server:
    """The HTTP server with every route, listening. Raises CannotListen."""
    settings, traffic = app.settings, Traffic()
    return Server(
        build_web(app, traffic),
        settings.EXPORTER_HOST,
        settings.EXPORTER_PORT,
        _lanes(settings),
        Terms(Allowance.of(settings, settings.EXPORTER_MAX_BODY), _access(settings).gate, traffic),
    )


def _lanes(settings: Settings) -> Sequence[Lane]:
    threads = settings.EXPORTER_THREADS
    return MONITORING, EXPORTS, Lane(("/",), threads, WRITING), Lane(("/",), threads)


def build_web(app: Application, traffic: Traffic | None = None) -> Flask:
    """The WSGI application with every route; `traffic` is that of the server it is for."""
    settings = app.settings
    http = HttpInstruments(traffic)
    exposition = build_exposition(app, http)
    return create_app(
        WebDependencies(
            render=exposition.render,
            not_ready=lambda: app.database.file_fault() or app.snapshots.state.error or None,
            version=lambda: _version(app.snapshots),
            now=app.now,
            metrics=_metrics_reader(app),
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
            pages=[dashboard_blueprint(_overviews(app), settings.LOTOFACIL_LANGUAGE)],
        )
    )


def _machine(
    resources: SystemResources, intake: Intake, snapshots: Snapshots, now: Callable[[], int]
) -> Machine:
    return Machine(
        resources,
        partial(_services, intake, snapshots),
        lambda: intake.state().records,
        ErrorsOfHour(lambda: level_counts().get("error", 0), now),
        now,
    )


def _services(intake: Intake, snapshots: Snapshots) -> dict[str, bool]:
    return {"ingest": intake.is_running(), "database": snapshots.state.is_up}


def build_dashboard(app: Application) -> PerformanceDashboard:
    """The documented dashboard object, for the user's own Flask application and for reports."""
    settings, language = app.settings, app.settings.LOTOFACIL_LANGUAGE
    app.snapshots.take()  # brings the schema up to date; a database that is away is told later
    overviews = _overviews(app)
    reports = DailyReports(overviews, language, settings.DASHBOARD_URL)
    server = MailServer.of(settings)
    return PerformanceDashboard(overviews, reports, server, settings.ALERT_EMAIL_FROM, language)


def build_logger(app: Application) -> StructuredLogger:
    """The documented structured logger, over the logs of this data folder."""
    return StructuredLogger(app.settings.LOTOFACIL_DATA_DIR, app.resources)


def build_trial(app: Application) -> ChannelTrial:
    """A test notification through the real route."""
    return ChannelTrial(Alertmanager(app.settings.ALERTMANAGER_URL), app.now, time.sleep)


def build_doctor(settings: Settings) -> Doctor:
    """The doctor, apart from an application: it looks at what may keep one from being built."""
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


def _around(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    files = [Path(str(url.database)).parent] if is_file else []
    yield from check_room([settings.LOTOFACIL_DATA_DIR, *files])
    yield from check_time_zone(os.environ.get("TZ", ""))


def _version(snapshots: Snapshots) -> str | None:
    state = snapshots.state
    return str(state.reading.taken_at) if state.reading else None


def _metrics_reader(app: Application) -> MetricsReader:
    services = partial(_services, app.intake, app.snapshots)
    system = SystemReader(services, app.resources, app.now())
    return MetricsReader(app.database, app.games, system, app.now)


def _overviews(app: Application) -> OverviewReader:
    board = RuleBoard(app.snapshots, app.rule_values, KeptAdvice(app.adviser.advice))
    return OverviewReader(app.database, app.games, app.now, app.resources, rules=board)


def _access(settings: Settings) -> Access:
    return Access(
        loopback=is_loopback(settings.EXPORTER_HOST),
        token=settings.EXPORTER_API_TOKEN.get_secret_value(),
        anonymous_read=settings.EXPORTER_ANONYMOUS_READ,
        hosts=KnownHosts.of(settings.EXPORTER_HOST, settings.allowed_hosts),
    )
