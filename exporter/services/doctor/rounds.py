"""The doctor's rounds: one step after another, where a later one builds on what was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.mail import MailServer
from exporter.outbound.prometheus import Prometheus
from exporter.services.delivery import DestinationAway
from exporter.services.doctor.findings import Finding, Health
from exporter.services.doctor.records import check_database
from exporter.services.doctor.telling import (
    Told,
    check_alertmanager,
    check_channels,
    check_mail,
    check_thresholds,
)
from exporter.services.doctor.watching import check_prometheus
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.threshold_advice import ThresholdAdviser
from exporter.storage import alert_rules, channels

Stored = tuple[list[AlertRule], list[NotificationChannel]]


class Forwarding(Protocol):
    """The way from channels to Alertmanager."""

    def has_in_force(self, channels: Sequence[NotificationChannel]) -> bool:
        """Whether Alertmanager runs with exactly these. Raises ValueError."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines the whole way from a record to a mail; what it looks at it does not change.

    `spool`, `exporter` and `retrainer` are steps that stand alone; `told` says who is told when
    these channels are stored.
    """

    engine: Engine
    spool: Callable[[], Iterable[Finding]]
    exporter: Callable[[], Iterable[Finding]]
    retrainer: Callable[[], Finding]
    prometheus: Prometheus
    alertmanager: Alertmanager
    forwarding: Forwarding
    told: Callable[[list[NotificationChannel]], Told]
    mail: MailServer
    adviser: ThresholdAdviser

    def examine(self, rules: Path) -> Iterator[Finding]:
        """Every finding; `rules` is the folder of Prometheus's files of rules."""
        database = check_database(self.engine)
        yield database
        yield from self.spool()
        yield from self.exporter()
        yield from check_prometheus(self.prometheus, rules)
        known, stored = self._stored() if database.health is Health.OK else ([], [])
        yield from self._telling(stored)
        yield from check_thresholds(known, self.adviser, self.prometheus)
        yield self.retrainer()

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    def _telling(self, stored: list[NotificationChannel]) -> Iterator[Finding]:
        told = self.told(stored)
        found = list(check_alertmanager(self.alertmanager, self.prometheus))
        yield from found
        if found[0].health is Health.OK:
            yield check_channels(told, lambda: self.forwarding.has_in_force(stored))
        yield check_mail(self.mail, told)

    def _stored(self) -> Stored:
        try:
            with PreparedDatabase(self.engine).reading() as connection:
                found = [one.channel for one in channels.read_channels(connection)]
                return alert_rules.read_rules(connection), found
        except DestinationAway:
            return [], []
