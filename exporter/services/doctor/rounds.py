"""The doctor's rounds: the database first, then all else at once; nothing is waited for long."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Protocol

from sqlalchemy import Engine

from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.mail import MailServer
from exporter.outbound.prometheus import Prometheus
from exporter.services.delivery import DestinationAway
from exporter.services.doctor.database import check_database
from exporter.services.doctor.findings import Finding, Health, problem
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

#: The longest that a step may take; each has shorter limits of its own where it can.
STEP_SECONDS = 25.0
Step = Callable[[], Iterable[Finding]]
Stored = tuple[list[AlertRule], list[NotificationChannel]]


class Forwarding(Protocol):
    """The way from channels to Alertmanager."""

    def has_in_force(self, channels: Sequence[NotificationChannel]) -> bool:
        """Whether Alertmanager runs with exactly these. Raises ValueError."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines the whole way from a record to a mail; what it looks at it does not change.

    `around`, `spool`, `exporter` and `retrainer` are steps that stand alone; `told` says who is
    told when these channels are stored.
    """

    engine: Engine
    around: Step
    spool: Step
    exporter: Step
    retrainer: Step
    prometheus: Prometheus
    alertmanager: Alertmanager
    forwarding: Forwarding
    told: Callable[[list[NotificationChannel]], Told]
    mail: MailServer
    adviser: ThresholdAdviser

    def examine(self, rules: Path) -> Iterator[Finding]:
        """Every finding; `rules` is the folder of Prometheus's files of rules."""
        database = _Examined("database", lambda: [check_database(self.engine)]).findings()
        yield from database
        is_well = database[0].health is Health.OK
        known, stored = self._stored() if is_well else ([], [])
        steps: dict[str, Step] = {
            "disk": self.around,
            "spool": self.spool,
            "exporter": self.exporter,
            "prometheus": lambda: check_prometheus(self.prometheus, rules),
            "alertmanager": lambda: self._telling(stored),
            "smtp": lambda: [check_mail(self.mail, self.told(stored))],
            "thresholds": lambda: check_thresholds(known, self.adviser, self.prometheus),
            "retrainer": self.retrainer,
        }
        begun = [_Examined(subject, step) for subject, step in steps.items()]
        for step in begun:
            yield from step.findings()

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    def _telling(self, stored: list[NotificationChannel]) -> Iterator[Finding]:
        told = self.told(stored)
        found = list(check_alertmanager(self.alertmanager, self.prometheus))
        yield from found
        if found[0].health is Health.OK:
            yield check_channels(told, lambda: self.forwarding.has_in_force(stored))

    def _stored(self) -> Stored:
        try:
            with PreparedDatabase(self.engine).reading() as connection:
                found = [one.channel for one in channels.read_channels(connection)]
                return alert_rules.read_rules(connection), found
        except DestinationAway:
            return [], []


class _Examined:
    """A step under way, in a thread that keeps nobody from leaving."""

    def __init__(self, subject: str, step: Step) -> None:
        self._subject = subject
        self._step = step
        self._future = Future[list[Finding]]()
        Thread(target=self._run, name=f"doctor-{subject}", daemon=True).start()

    def findings(self) -> list[Finding]:
        """What was found; that it hangs, when it takes too long."""
        try:
            return self._future.result(STEP_SECONDS)
        except TimeoutError:
            return [problem(self._subject, "hangs", seconds=STEP_SECONDS)]

    def _run(self) -> None:
        try:
            self._future.set_result(list(self._step()))
        except Exception as error:  # noqa: BLE001 - told by whoever asks for the findings
            self._future.set_exception(error)
