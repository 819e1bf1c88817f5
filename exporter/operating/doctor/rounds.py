"""The doctor's rounds: the database first, then all else at once; nothing is waited for long."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sqlalchemy import Engine

from exporter.alerting.forwarding import AlertmanagerForwarding
from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.messages import Text
from exporter.operating.doctor.database import check_database
from exporter.operating.doctor.findings import Finding, Health, problem
from exporter.operating.doctor.telling import (
    Told,
    check_alertmanager,
    check_channels,
    check_mail,
    check_thresholds,
)
from exporter.operating.doctor.watching import check_prometheus
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.mail import MailServer
from exporter.outbound.prometheus import Prometheus
from exporter.recording.destination import DestinationUnavailable
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.named_rows import CHANNELS, RULES

#: The longest that a step may take; each has shorter limits of its own where it can.
STEP_SECONDS = 25.0
Step = Callable[[], Iterable[Finding]]
Stored = tuple[list[AlertRule], list[NotificationChannel]]
_HANGS = Text(
    "nenhuma resposta em {seconds:.0f} s → o servidor aceita a conexão e se cala: reinicie-o",
    "no answer in {seconds:.0f} s → the server takes the connection and is silent: restart it",
)


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
    forwarding: AlertmanagerForwarding
    told: Callable[[list[NotificationChannel]], Told]
    mail: MailServer
    adviser: ThresholdAdviser

    def examine(self, rules: Path) -> Iterator[Finding]:
        """Every finding; `rules` is the folder of Prometheus's files of rules."""
        database = _Examined("database", lambda: [check_database(self.engine)]).findings()
        yield from database
        is_well = database[0].health is Health.OK
        watched, stored = self._stored() if is_well else ([], [])
        steps: dict[str, Step] = {
            "disk": self.around,
            "spool": self.spool,
            "exporter": self.exporter,
            "prometheus": lambda: check_prometheus(self.prometheus, rules),
            "alertmanager": lambda: self._telling(stored),
            "smtp": lambda: [check_mail(self.mail, self.told(stored))],
            "thresholds": lambda: check_thresholds(watched, self.adviser, self.prometheus),
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
        findings = list(check_alertmanager(self.alertmanager, self.prometheus))
        yield from findings
        if findings[0].health is Health.OK:
            yield check_channels(told, lambda: self.forwarding.has_in_force(stored))

    def _stored(self) -> Stored:
        try:
            with PreparedDatabase(self.engine).reading() as connection:
                stored = [row.channel for row in CHANNELS.read(connection).values()]
                return list(RULES.read(connection).values()), stored
        except DestinationUnavailable:
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
            return [problem(self._subject, _HANGS, seconds=STEP_SECONDS)]

    def _run(self) -> None:
        try:
            self._future.set_result(list(self._step()))
        except Exception as error:  # noqa: BLE001 - told by whoever asks for the findings
            self._future.set_exception(error)
