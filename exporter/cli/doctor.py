"""`lotofacil doctor`: what is wrong on the way from a record to a mail, and what to do."""

from collections.abc import Iterator
from pathlib import Path

import click

from exporter.app import now_micros
from exporter.cli.sessions import read_settings
from exporter.config import Settings
from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.messages import Language, text
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.mail import MailServer
from exporter.outbound.prometheus import Prometheus
from exporter.services.delivery import DestinationAway
from exporter.services.doctor import (
    Finding,
    Health,
    Told,
    check_alertmanager,
    check_channels,
    check_database,
    check_exporter,
    check_mail,
    check_prometheus,
    check_retrainer,
    check_spool,
    check_thresholds,
)
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.threshold_advice import ThresholdAdviser
from exporter.stack.forwarding import AlertmanagerForwarding
from exporter.stack.local.programs import ROOT
from exporter.storage import alert_rules, channels
from exporter.storage.engine import create_engine_for

_RULES = ROOT / "prometheus" / "rules"


@click.command
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=_RULES if _RULES.is_dir() else None,
    help="Folder of the files of rules; those of this installation where not given.",
)
def doctor(rules: Path | None) -> None:
    """Walk the way from a record to a mail: one line for each step, and what to do.

    Exits with 1 when something keeps the system from doing its work.
    """
    settings = read_settings()
    worst = Health.OK
    for finding in _examine(settings, rules or Path("prometheus/rules")):
        click.echo(_line(finding, settings.LOTOFACIL_LANGUAGE))
        worst = Health.PROBLEM if finding.health is Health.PROBLEM else worst
    raise SystemExit(0 if worst is Health.OK else 1)


def _examine(settings: Settings, rules: Path) -> Iterator[Finding]:
    engine = create_engine_for(settings.database)
    try:
        database = check_database(engine)
        yield database
        folder, limit = settings.LOTOFACIL_DATA_DIR, settings.SPOOL_MAX_SIZE
        yield from check_spool(folder, limit, now_micros)
        token = settings.EXPORTER_API_TOKEN.get_secret_value()
        yield from check_exporter(_exporter_url(settings), token)
        yield from check_prometheus(Prometheus(settings.PROMETHEUS_URL), rules)
        stored = _stored(PreparedDatabase(engine)) if database.health is Health.OK else ([], [])
        yield from _examine_alerts(settings, *stored)
        yield check_retrainer(settings.RETRAINER_URL.rstrip("/"), settings.RETRAINER_COMMAND)
    finally:
        engine.dispose()


def _examine_alerts(
    settings: Settings, rules: list[AlertRule], stored: list[NotificationChannel]
) -> Iterator[Finding]:
    server = Alertmanager(settings.ALERTMANAGER_URL)
    prometheus = Prometheus(settings.PROMETHEUS_URL)
    mail, webhook = settings.ALERT_EMAIL_TO, settings.WEBHOOK_URL.get_secret_value()
    told = Told(stored, bool(mail.strip()), bool(webhook))
    forwarding = AlertmanagerForwarding(settings)
    found = list(check_alertmanager(server, prometheus))
    yield from found
    if found[0].health is Health.OK:
        yield check_channels(told, lambda: forwarding.has_in_force(stored))
    yield check_mail(MailServer.of(settings), told)
    adviser = ThresholdAdviser(settings.games, settings.LOTOFACIL_LANGUAGE)
    yield from check_thresholds(rules, adviser, prometheus)


def _stored(database: PreparedDatabase) -> tuple[list[AlertRule], list[NotificationChannel]]:
    try:
        with database.reading() as connection:
            found = [one.channel for one in channels.read_channels(connection)]
            return alert_rules.read_rules(connection), found
    except DestinationAway:
        return [], []


def _exporter_url(settings: Settings) -> str:
    own = settings.EXPORTER_URL or settings.ALERT_HISTORY_URL
    return (own or f"http://localhost:{settings.EXPORTER_PORT}").rstrip("/")


def _line(finding: Finding, language: Language) -> str:
    health = text(f"doctor.{finding.health.value}", language)
    subject = text(f"doctor.subject_{finding.subject}", language)
    said = text(f"doctor.{finding.key}", language, **finding.values)
    return f"{health:<7} {subject:<15} {' '.join(said.split())}"
