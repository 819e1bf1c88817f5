"""`lotofacil alerts`: users' rules, who is told, and a test through the real route."""

from collections.abc import Sequence

import click

from exporter.alerting.alert_channels import UnknownChannel
from exporter.alerting.channel_trial import TrialOutcome
from exporter.alerting.routes import TEST_ALERT, receiver_of
from exporter.app import Application, build_trial
from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.alerts import CONDITIONS, SEVERITIES, AlertRule, NotificationChannel
from exporter.figures.rule_values import RuleValue, rule_values
from exporter.logs import redact
from exporter.messages import Language, Text
from exporter.messages.figures import evidence
from exporter.outbound.alertmanager import AlertmanagerAway
from exporter.outbound.alertmanager_counts import Way

_NAME = Text("nome", "name")
_SEVERITY = Text("gravidade", "severity")
_EVENT = Text("evento", "event")
_RULES = (
    _NAME,
    Text("observa", "watches"),
    Text("janela", "window"),
    Text("valor", "value"),
    _SEVERITY,
    _EVENT,
)
_CHANNELS = (_NAME, Text("tipo", "type"), Text("para", "to"), Text("eventos", "events"))
_ACTIVE = (_NAME, _SEVERITY, _EVENT, Text("desde", "since"))
_NOTHING = "–"
_NONE = Text("nenhum", "none")
_ADDED = Text("Regra {name} guardada.", "Rule {name} kept.")
_REPLACED = Text("Regra {name} trocada.", "Rule {name} replaced.")
_REMOVED = Text("Regra {name} removida.", "Rule {name} removed.")
_UNKNOWN = Text(
    "Não há regra {name}; `lotofacil alerts list` mostra as que existem.",
    "There is no rule {name}; `lotofacil alerts list` shows those there are.",
)
_UNKNOWN_CHANNEL = Text(
    "Não há canal {name}; existem: {known}.", "There is no channel {name}; there are: {known}."
)
_AWAY = Text(
    "O Alertmanager não responde em {url}: {reason}",
    "Alertmanager does not answer at {url}: {reason}",
)
_OUTCOMES = {
    TrialOutcome.DELIVERED: Text(
        "O Alertmanager entregou uma mensagem do tipo {type}: confira se chegou a {name}.",
        "Alertmanager delivered a message of type {type}: see whether it reached {name}.",
    ),
    TrialOutcome.FAILED: Text(
        "O Alertmanager não conseguiu entregar por {type}; o log dele diz por quê.",
        "Alertmanager could not deliver by {type}; its log says why.",
    ),
    TrialOutcome.UNKNOWN: Text(
        """O Alertmanager aceitou o teste, mas em {seconds:g} s não disse se o entregou: `lotofacil
        doctor` mostra se ele conhece o canal.""",
        """Alertmanager took the test, but did not say within {seconds:g} s whether it delivered
        it: `lotofacil doctor` shows whether it knows the channel.""",
    ),
}
_ANNOTATIONS = {
    "summary": Text(
        "Teste do canal {name}: nada aconteceu", "Test of channel {name}: nothing happened"
    ),
    "description": Text(
        """Esta é uma notificação de teste, pedida com `lotofacil alerts test`. Se você a lê, o
        caminho dos alertas até aqui funciona.""",
        """This is a test notification, asked for with `lotofacil alerts test`. If you read it, the
        way of alerts to you works.""",
    ),
}


@click.group
def alerts() -> None:
    """Alert rules that users made, and the channels that are told."""


@alerts.command("list")
def list_all() -> None:
    """Show rules with their values now, channels, and the alerts that fire."""
    settings = read_settings()
    with application(settings, "alerts") as app:
        sections = (
            (Text("Regras", "Rules"), _rules),
            (Text("Canais", "Channels"), _channels),
            (Text("Alertas ativos", "Active alerts"), _active),
        )
        for title, rows in sections:
            lines = [f"  {line}" for line in rows(app, settings.LOTOFACIL_LANGUAGE)]
            click.echo(title.to(settings.LOTOFACIL_LANGUAGE))
            click.echo("\n".join(lines))


@alerts.command
@click.argument("name")
@click.argument("metric")
@click.argument("condition", type=click.Choice(CONDITIONS))
@click.argument("threshold", type=float)
@click.option("--severity", type=click.Choice(SEVERITIES), default="warning", show_default=True)
@click.option("--description", default="", help="What it means, for who reads the alert.")
@click.option("--event", default="", help="Event of its alerts; the metric's own if left out.")
@click.option("--window", default="", help="Draws (30, all) or a span (1h, 7d).")
@click.option("--game", help="Only this game.")
@click.option("--model-version", help="Only this version.")
@click.option("--sample", type=int, default=0, help="Silent below so many tickets or calls.")
def add(  # noqa: PLR0913 - one argument for each option
    *,
    name: str,
    metric: str,
    condition: str,
    threshold: float,
    severity: str,
    description: str,
    event: str,
    window: str,
    game: str | None,
    model_version: str | None,
    sample: int,
) -> None:
    """Keep a rule that warns while METRIC CONDITION THRESHOLD holds, such as accuracy "<" 0.6.

    A rule of the same name is replaced. What chance alone does to it is said.
    """
    settings = read_settings()
    texts = (name, metric, condition, threshold, severity, description, event)
    try:
        rule = AlertRule(*texts, game, model_version, window, sample)
        with application(settings, "alerts") as app:
            outcome = app.alerts.add_rule(rule)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    text = _REPLACED if outcome.replaced else _ADDED
    click.echo(text.to(settings.LOTOFACIL_LANGUAGE, name=repr(name)))
    for warning in outcome.warnings:
        click.echo(warning, err=True)


@alerts.command
@click.argument("name")
def remove(name: str) -> None:
    """Remove a rule."""
    settings = read_settings()
    with application(settings, "alerts") as app:
        removed = app.alerts.remove_rule(name)
    text = _REMOVED if removed else _UNKNOWN
    shown = text.to(settings.LOTOFACIL_LANGUAGE, name=repr(name))
    if not removed:
        raise click.ClickException(shown)
    click.echo(shown)


@alerts.command
@click.option("--channel", "name", required=True, help="The channel to be tried.")
@click.option(
    "--timeout",
    type=click.FloatRange(1, 600),
    default=30.0,
    show_default=True,
    help="Seconds to wait for word of the delivery.",
)
def test(name: str, timeout: float) -> None:
    """Send a marked test notification through Alertmanager, the way alerts go.

    Exits with 1 when it was not delivered, or nothing is known of it.
    """
    settings = read_settings()
    language = settings.LOTOFACIL_LANGUAGE
    with application(settings, "alerts") as app:
        channel = _find(app, name, language)
        try:
            way = Way(channel.type, receiver_of(name))
            outcome = build_trial(app).send(way, _labels(name), _annotations(name), timeout)
        except AlertmanagerAway as error:
            url = redact(settings.ALERTMANAGER_URL)
            message = _AWAY.to(language, url=url, reason=error)
            raise click.ClickException(message) from None
    values = {"type": channel.type, "name": repr(name), "seconds": timeout}
    click.echo(_OUTCOMES[outcome].to(language, **values))
    if outcome is not TrialOutcome.DELIVERED:
        raise SystemExit(1)


def _find(app: Application, name: str, language: Language) -> NotificationChannel:
    try:
        return app.alerts.channels.find(name)
    except UnknownChannel:
        names = ", ".join(channel.name for channel in app.alerts.list_notification_channels())
        values = {"name": repr(name), "known": names or _NONE.to(language)}
        raise click.ClickException(_UNKNOWN_CHANNEL.to(language, **values)) from None


def _labels(name: str) -> dict[str, str]:
    alert = {"alertname": TEST_ALERT, "severity": "info", "event": "test"}
    return alert | {"channel": receiver_of(name)}


def _annotations(name: str) -> dict[str, str]:
    languages = (("", Language.PT_BR), ("_en", Language.EN))
    return {
        f"{part}{suffix}": text.to(language, name=name)
        for suffix, language in languages
        for part, text in _ANNOTATIONS.items()
    }


def _rules(app: Application, language: Language) -> list[str]:
    reading = app.snapshots.take().reading
    if reading is None:
        raise click.ClickException(app.snapshots.state.error)
    rows = [
        (
            current.rule.name,
            f"{current.rule.metric_type} {current.rule.condition} {current.rule.threshold:g}",
            current.rule.window or _NOTHING,
            _shown(current, language),
            current.rule.severity,
            current.rule.event,
        )
        for current in rule_values(reading, app.games, dict)
    ]
    return _table(_RULES, rows, language)


def _shown(current: RuleValue, language: Language) -> str:
    if current.value is None:
        return _NOTHING
    if current.rule.metric_type == "accuracy.evidence":
        return evidence(current.value, language)
    return f"{current.value:.6g}"


def _channels(app: Application, language: Language) -> list[str]:
    every = Text("todos", "all").to(language)
    rows = [
        (
            channel.name,
            channel.type,
            ", ".join(channel.addresses) or str(channel.shown()["config"]["url"]),
            ", ".join(channel.events) or every,
        )
        for channel in app.alerts.list_notification_channels()
    ]
    return _table(_CHANNELS, rows, language)


def _active(app: Application, language: Language) -> list[str]:
    rows = [
        (
            alert.labels.get("rule", alert.alert),
            alert.severity,
            alert.event,
            f"{alert.starts_at:%F %T}Z",
        )
        for alert in app.history.active()
    ]
    return _table(_ACTIVE, rows, language)


def _table(columns: Sequence[Text], rows: Sequence[Sequence[str]], language: Language) -> list[str]:
    if not rows:
        return [_NONE.to(language)]
    header = [column.to(language) for column in columns]
    return aligned([header, *(list(map(_on_one_line, row)) for row in rows)])


def _on_one_line(cell: str) -> str:
    return " ".join(cell.split())
