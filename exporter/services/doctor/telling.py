"""Who is told of alerts, and whether it gets there: Alertmanager, channels, mail, thresholds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.domain.games import UnknownGame
from exporter.outbound.alertmanager import Alertmanager, AlertmanagerAway
from exporter.outbound.alertmanager_counts import sending_counts
from exporter.outbound.mail import MailNotSent, MailServer, check_server
from exporter.outbound.prometheus import Prometheus, PrometheusAway
from exporter.services.doctor.findings import Finding, ok, problem, warning
from exporter.services.threshold_advice import ThresholdAdviser

_WITHOUT_VALUE = "lotofacil_alert_rule_threshold unless lotofacil_alert_rule_value"


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: stored channels, and what the settings add to them."""

    channels: Sequence[NotificationChannel]
    default_mail: bool
    default_webhook: bool

    @property
    def count(self) -> int:
        """How many are told."""
        return len(self.channels) + self.default_mail + self.default_webhook

    @property
    def has_mail(self) -> bool:
        """Whether any of them is told by mail."""
        return self.default_mail or any(one.addresses for one in self.channels)


def check_alertmanager(server: Alertmanager, prometheus: Prometheus) -> Iterator[Finding]:
    """Whether it answers, is known to Prometheus, and what it could not send."""
    try:
        version = server.status()["versionInfo"]["version"]
        counts = sending_counts(server.url)
    except AlertmanagerAway as error:
        why = str(error).rpartition(": ")[2]
        yield problem("alertmanager", "alertmanager_away", url=server.url, reason=why)
        return
    yield ok("alertmanager", "alertmanager_ok", version=version)
    for way, count in counts.failed.items():
        if count:
            by = " → ".join(filter(None, way))
            yield warning("alertmanager", "alertmanager_failing", count=count, kind=by)
    try:
        if not prometheus.alertmanagers():
            yield problem("alertmanager", "alertmanager_unknown")
    except PrometheusAway:
        return  # said already


def check_channels(told: Told, is_in_force: Callable[[], bool]) -> Finding:
    """Whether anybody is told, and Alertmanager knows all of them."""
    try:
        in_force = is_in_force()
    except ValueError as error:
        return problem("channels", "channels_broken", reason=error)
    if not in_force:
        return problem("channels", "channels_stale")
    if not told.count:
        return warning("channels", "channels_none")
    return ok("channels", "channels_ok", count=told.count)


def check_mail(server: MailServer, told: Told) -> Finding:
    """Whether the mail server takes us, where mail is to be sent."""
    if not server.host:
        if told.has_mail:
            return problem("smtp", "smtp_needed")
        return ok("smtp", "smtp_unset")
    try:
        check_server(server)
    except MailNotSent as error:
        return problem("smtp", "smtp_away", reason=error)
    return ok("smtp", "smtp_ok", host=server.host, port=server.port)


def check_thresholds(
    rules: Sequence[AlertRule], adviser: ThresholdAdviser, prometheus: Prometheus
) -> Iterator[Finding]:
    """Rules that chance alone breaks, and those that have no value."""
    yield ok("thresholds", "thresholds_ok", count=len(rules))
    for rule in rules:
        for reason in _doubts(rule, adviser):
            yield warning("thresholds", "thresholds_noisy", reason=reason)
    try:
        silent = prometheus.query(_WITHOUT_VALUE)
    except PrometheusAway:
        return  # said already
    for sample in silent:
        yield warning("thresholds", "thresholds_unknown", name=repr(sample["metric"]["rule"]))


def _doubts(rule: AlertRule, adviser: ThresholdAdviser) -> tuple[str, ...]:
    try:
        return adviser.warnings(rule, adviser.advice(rule))
    except UnknownGame as error:  # its definition was taken away since
        return (f"{rule.name!r}: {error}",)
