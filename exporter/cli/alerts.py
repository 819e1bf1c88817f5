"""`lotofacil alerts`: users' rules, who is told, and a test through the real route."""

from collections.abc import Sequence

import click

from exporter.app import Application, build_trial
from exporter.cli.sessions import application, read_settings
from exporter.cli.tables import aligned
from exporter.domain.alerts import CONDITIONS, SEVERITIES, AlertRule, NotificationChannel
from exporter.logs import redact
from exporter.messages import Language, text
from exporter.messages.figures import evidence
from exporter.outbound.alertmanager import AlertmanagerAway
from exporter.outbound.alertmanager_counts import Way
from exporter.services.alert_channels import UnknownChannel
from exporter.services.channel_trial import TrialOutcome
from exporter.services.rule_values import RuleValue, rule_values
from exporter.stack.routes import TEST_ALERT, receiver_of

_RULES = ("name", "watches", "window", "value", "severity", "event")
_CHANNELS = ("name", "type", "to", "events")
_ACTIVE = ("name", "severity", "event", "since")
_NOTHING = "–"


@click.group
def alerts() -> None:
    """Alert rules that users made, and the channels that are told."""


@alerts.command("list")
def list_all() -> None:
    """Show rules with their values now, channels, and the alerts that fire."""
    settings = read_settings()
    with application(settings, "alerts") as app:
        sections = (("rules", _rules), ("channels", _channels), ("active", _active))
        for title, rows in sections:
            lines = [f"  {line}" for line in rows(app, settings.LOTOFACIL_LANGUAGE)]
            click.echo(text(f"rules.{title}", settings.LOTOFACIL_LANGUAGE))
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
            done = app.alerts.add_rule(rule)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    key = "rules.replaced" if done.replaced else "rules.added"
    click.echo(text(key, settings.LOTOFACIL_LANGUAGE, name=repr(name)))
    for warning in done.warnings:
        click.echo(warning, err=True)


@alerts.command
@click.argument("name")
def remove(name: str) -> None:
    """Remove a rule."""
    settings = read_settings()
    with application(settings, "alerts") as app:
        removed = app.alerts.remove_rule(name)
    key = "rules.removed" if removed else "rules.unknown"
    shown = text(key, settings.LOTOFACIL_LANGUAGE, name=repr(name))
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
            said = text("rules.away", language, url=url, reason=error)
            raise click.ClickException(said) from None
    values = {"type": channel.type, "name": repr(name), "seconds": timeout}
    click.echo(text(f"rules.test_{outcome.value}", language, **values))
    if outcome is not TrialOutcome.DELIVERED:
        raise SystemExit(1)


def _find(app: Application, name: str, language: Language) -> NotificationChannel:
    try:
        return app.alerts.channels.find(name)
    except UnknownChannel:
        known = ", ".join(one.name for one in app.alerts.list_notification_channels())
        values = {"name": repr(name), "known": known or text("rules.none", language)}
        raise click.ClickException(text("rules.unknown_channel", language, **values)) from None


def _labels(name: str) -> dict[str, str]:
    alert = {"alertname": TEST_ALERT, "severity": "info", "event": "test"}
    return alert | {"channel": receiver_of(name)}


def _annotations(name: str) -> dict[str, str]:
    languages = (("", Language.PT_BR), ("_en", Language.EN))
    return {
        f"{part}{suffix}": text(f"rules.test_{part}", language, name=name)
        for suffix, language in languages
        for part in ("summary", "description")
    }


def _rules(app: Application, language: Language) -> list[str]:
    reading = app.snapshots.take().reading
    if reading is None:
        raise click.ClickException(app.snapshots.state.error)
    rows = [
        (
            one.rule.name,
            f"{one.rule.metric_type} {one.rule.condition} {one.rule.threshold:g}",
            one.rule.window or _NOTHING,
            _shown(one, language),
            one.rule.severity,
            one.rule.event,
        )
        for one in rule_values(reading, app.games, dict)
    ]
    return _table(_RULES, rows, language)


def _shown(one: RuleValue, language: Language) -> str:
    if one.value is None:
        return _NOTHING
    if one.rule.metric_type == "accuracy.evidence":
        return evidence(one.value, language)
    return f"{one.value:.6g}"


def _channels(app: Application, language: Language) -> list[str]:
    every = text("rules.all", language)
    rows = [
        (
            one.name,
            one.type,
            ", ".join(one.addresses) or str(one.shown()["config"]["url"]),
            ", ".join(one.events) or every,
        )
        for one in app.alerts.list_notification_channels()
    ]
    return _table(_CHANNELS, rows, language)


def _active(app: Application, language: Language) -> list[str]:
    rows = [
        (one.labels.get("rule", one.alert), one.severity, one.event, f"{one.starts_at:%F %T}Z")
        for one in app.history.active()
    ]
    return _table(_ACTIVE, rows, language)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], language: Language) -> list[str]:
    if not rows:
        return [text("rules.none", language)]
    header = [text(f"rules.{column}", language) for column in columns]
    return aligned([header, *(list(map(_on_one_line, row)) for row in rows)])


def _on_one_line(cell: str) -> str:
    return " ".join(cell.split())
