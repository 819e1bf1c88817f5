"""Who is told of alerts, and whether it gets there: Alertmanager, channels, mail, thresholds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.collectors.alert_rules import ALERT_RULE_THRESHOLD, ALERT_RULE_VALUE
from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.domain.games import UnknownGame
from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem, warning
from exporter.outbound.alertmanager import Alertmanager, AlertmanagerAway
from exporter.outbound.alertmanager_counts import sending_counts
from exporter.outbound.mail import MailNotSent, MailServer, check_server
from exporter.outbound.prometheus import Prometheus, PrometheusAway

_WITHOUT_VALUE = f"{ALERT_RULE_THRESHOLD.name} unless {ALERT_RULE_VALUE.name}"
_ALERTMANAGER_AWAY = Text(
    "não responde em {url} ({reason}) → inicie-o ou corrija ALERTMANAGER_URL",
    "does not answer at {url} ({reason}) → start it or mend ALERTMANAGER_URL",
)
_ALERTMANAGER_UNKNOWN = Text(
    "o Prometheus não o conhece → confira `alerting` em prometheus.yml",
    "Prometheus does not know it → see `alerting` in prometheus.yml",
)
_ALERTMANAGER_FAILING = Text(
    "{count} envios por {kind} falharam desde que ele partiu → o log dele diz por quê",
    "{count} attempts by {kind} failed since it started → its log says why",
)
_CHANNELS_NONE = Text(
    "ninguém é avisado → defina ALERT_EMAIL_TO ou WEBHOOK_URL, ou crie um canal",
    "nobody is told → set ALERT_EMAIL_TO or WEBHOOK_URL, or make a channel",
)
_CHANNELS_STALE = Text(
    """o Alertmanager tem outra configuração → o exportador deve estar de pé e ALERTMANAGER_CONFIG
    ser o arquivo que ele lê""",
    """Alertmanager has another configuration → the exporter must be up, and ALERTMANAGER_CONFIG
    the file that it reads""",
)
_CHANNELS_BROKEN = Text("não podem ser aplicados: {reason}", "cannot be put in force: {reason}")
_SMTP_OK = Text("{host}:{port} aceita a conexão", "{host}:{port} takes the connection")
_SMTP_NEEDED = Text(
    "há e-mails a enviar e SMTP_SERVER está vazio → defina SMTP_*",
    "there is mail to send and SMTP_SERVER is empty → set SMTP_*",
)
_SMTP_AWAY = Text(
    "{reason} → confira SMTP_SERVER, SMTP_PORT, SMTP_USERNAME e SMTP_PASSWORD",
    "{reason} → see SMTP_SERVER, SMTP_PORT, SMTP_USERNAME and SMTP_PASSWORD",
)
_THRESHOLDS_UNKNOWN = Text(
    "a regra {name} ainda não tem valor: faltam resultados, chamadas ou amostra",
    "the rule {name} has no value yet: results, calls or sample are missing",
)


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
        return self.default_mail or any(channel.addresses for channel in self.channels)


def check_alertmanager(server: Alertmanager, prometheus: Prometheus) -> Iterator[Finding]:
    """Whether it answers, is known to Prometheus, and what it could not send."""
    try:
        version = server.status()["versionInfo"]["version"]
        counts = sending_counts(server.url)
    except AlertmanagerAway as error:
        why = str(error).rpartition(": ")[2]
        yield problem("alertmanager", _ALERTMANAGER_AWAY, url=server.url, reason=why)
        return
    yield ok(
        "alertmanager",
        Text("responde, versão {version}", "answers, version {version}"),
        version=version,
    )
    for way, count in counts.failed.items():
        if count:
            by = " → ".join(filter(None, way))
            yield warning("alertmanager", _ALERTMANAGER_FAILING, count=count, kind=by)
    try:
        if not prometheus.alertmanagers():
            yield problem("alertmanager", _ALERTMANAGER_UNKNOWN)
    except PrometheusAway:
        return  # said already


def check_channels(told: Told, is_in_force: Callable[[], bool]) -> Finding:
    """Whether anybody is told, and Alertmanager knows all of them."""
    try:
        in_force = is_in_force()
    except ValueError as error:
        return problem("channels", _CHANNELS_BROKEN, reason=error)
    if not in_force:
        return problem("channels", _CHANNELS_STALE)
    if not told.count:
        return warning("channels", _CHANNELS_NONE)
    return ok("channels", Text("{count} em vigor", "{count} in force"), count=told.count)


def check_mail(server: MailServer, told: Told) -> Finding:
    """Whether the mail server takes us, where mail is to be sent."""
    if not server.host:
        if told.has_mail:
            return problem("smtp", _SMTP_NEEDED)
        return ok("smtp", Text("nenhum servidor configurado", "no server is set"))
    try:
        check_server(server)
    except MailNotSent as error:
        return problem("smtp", _SMTP_AWAY, reason=error)
    return ok("smtp", _SMTP_OK, host=server.host, port=server.port)


def check_thresholds(
    rules: Sequence[AlertRule], adviser: ThresholdAdviser, prometheus: Prometheus
) -> Iterator[Finding]:
    """Rules that chance alone breaks, and those that have no value."""
    yield ok(
        "thresholds", Text("{count} regras de usuário", "{count} rules of users"), count=len(rules)
    )
    for rule in rules:
        for reason in _doubts(rule, adviser):
            yield warning("thresholds", Text("{reason}", "{reason}"), reason=reason)
    try:
        silent = prometheus.query(_WITHOUT_VALUE)
    except PrometheusAway:
        return  # said already
    for sample in silent:
        yield warning("thresholds", _THRESHOLDS_UNKNOWN, name=repr(sample["metric"]["rule"]))


def _doubts(rule: AlertRule, adviser: ThresholdAdviser) -> tuple[str, ...]:
    try:
        return adviser.warnings(rule, adviser.advice(rule))
    except UnknownGame as error:  # its definition was taken away since
        return (f"{rule.name!r}: {error}",)
