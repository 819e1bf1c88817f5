"""Panels that answer: who is told, and should it be retrained?"""

from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from exporter import catalog
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.expressions import figure, series, total
from exporter.stack.dashboards.panels import Panels, Query, Source
from exporter.stack.dashboards.tables import Column, Tables

_ALERT = ("alertname", "severity", "event", "game", "model_version", "rule")
#: Where the repository keeps an alert's runbook; prometheus/rules names the same file.
_RUNBOOK = "docs/runbooks/$1.md"
_SEVERITIES = {"critical": theme.BAD, "warning": theme.WARNING, "info": theme.ACCENT}
#: A rule about the machine is about no game.
_ANY_OR_NO_GAME = "~$game|"
#: Labels of rules that tell programs, such as the retrainer, whom a rule watches.
_NOT_SHOWN = ("model_version", "role")


def alerts_now(panels: Panels) -> stat.Panel:
    """How many alerts fire."""
    query = Query(f"{promql.active_alerts()} or vector(0)", "alerts")
    panel = panels.tile("alerts_now", query, "none", Source.PROMETHEUS).decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.BAD}))


def alerts(panels: Panels) -> table.Panel:
    """The alerts that fire, since when, each with its runbook."""
    since = promql.alerts_since(*_ALERT)
    named = f'label_replace({since}, "runbook", "{_RUNBOOK}", "alertname", "(.+)")'
    columns = [Column("since", named, "dateTimeFromNow")]
    labels = (*_ALERT, "runbook")
    panel = Tables(panels).grid("alerts", labels, columns, Source.PROMETHEUS).span(12)
    return _with_severities(panel, panels).no_value(panels.texts.shared("no_alerts"))


def alert_history(panels: Panels) -> statetimeline.Panel:
    """When which alert fired."""
    query = Query(promql.is_firing("alertname"), "alert")
    panel = panels.states("alert_history", query, {1: theme.BAD}, Source.PROMETHEUS)
    return panel.no_value(panels.texts.shared("no_alerts_then"))


def rules(panels: Panels) -> table.Panel:
    """The rules that users made: value and threshold."""
    labels = [label for label in catalog.RULE if label not in _NOT_SHOWN]
    everybody = {"game": _ANY_OR_NO_GAME, "model_version": promql.ANY, "role": promql.ANY}
    threshold = figure(catalog.ALERT_RULE_THRESHOLD, *labels, **everybody)
    known = figure(catalog.ALERT_RULE_VALUE, *labels, **everybody)
    # A value that is not known yet must not leave its column nameless.
    value = f"clamp_max({known}, {promql.TOP}) or NaN * {threshold}"
    columns = [Column("value", value, "short"), Column("threshold", threshold, "short")]
    panel = Tables(panels).grid("rules", labels, columns, Source.SQL).span(12)
    unknown = theme.without_value(panels.texts.shared("no_value"))
    panel.override_by_name(panels.texts.shared("column.value"), [unknown])
    return _with_severities(panel, panels).no_value(panels.texts.shared("no_rules"))


def _with_severities(panel: table.Panel, panels: Panels) -> table.Panel:
    """The severity in words, in the colour of what it means."""
    said = {name: (panels.texts.shared(f"severity.{name}"), c) for name, c in _SEVERITIES.items()}
    return panel.override_by_name(panels.texts.shared("column.severity"), theme.spoken(said))


def notifications(panels: Panels) -> timeseries.Panel:
    """What Prometheus hands to Alertmanager, and what it could not hand over."""
    queries = [
        Query("sum(rate(prometheus_notifications_sent_total[$__rate_interval]))", "sent"),
        Query("sum(rate(prometheus_notifications_errors_total[$__rate_interval]))", "failures"),
        Query("sum(rate(prometheus_notifications_dropped_total[$__rate_interval]))", "dropped"),
    ]
    return panels.lines("notifications", queries, "cps").span(8).min(0)


def receivers(panels: Panels) -> stat.Panel:
    """How many Alertmanagers Prometheus can tell."""
    query = Query("max(prometheus_notifications_alertmanagers_discovered) or vector(0)", "servers")
    panel = panels.tile("receivers", query, "none", Source.PROMETHEUS).decimals(0).height(9)
    return panel.thresholds(theme.steps(theme.BAD, {1: theme.GOOD}))


def retraining_advice(panels: Panels) -> stat.Panel:
    """Should the model be retrained?"""
    colours = {0: theme.GOOD, 1: theme.ACCENT, 2: theme.WARNING}
    query = Query(promql.retraining_verdict(), "game")
    panel = panels.verdict("retraining_advice", query, colours)
    return panel.no_value(panels.texts.shared("no_draws"))


def retraining_runs(panels: Panels) -> timeseries.Panel:
    """Training runs by how they ended."""
    query = Query(total(series(catalog.RETRAINING_RUNS), "outcome"), "outcome")
    return panels.lines("retraining_runs", [query], "none", Source.SQL).decimals(0).min(0)


def retraining_requests(panels: Panels) -> timeseries.Panel:
    """Requests to retrain by what was decided."""
    query = Query(total(series(catalog.RETRAINING_REQUESTS), "decision"), "decision")
    return panels.lines("retraining_requests", [query], "none", Source.SQL).decimals(0).min(0)


def retrainer_pass(panels: Panels) -> stat.Panel:
    """Is the retrainer's worker alive?"""
    query = Query(f"time() - {figure(catalog.RETRAINER_LAST_PASS)}", "age")
    panel = panels.tile("retrainer_pass", query, "s", Source.PROMETHEUS).decimals(1).span(5)
    return panel.thresholds(theme.steps(theme.GOOD, {120: theme.WARNING, 600: theme.BAD}))


def retraining_age(panels: Panels) -> stat.Panel:
    """Time since the last successful training run."""
    done = figure(catalog.RETRAINING_LAST_SUCCESS, "game")
    query = Query(f"time() - ({done} > 0)", "age")
    panel = panels.tile("retraining_age", query, "s").decimals(1).span(5)
    return panel.no_value(panels.texts.shared("never"))


def retraining_duration(panels: Panels) -> stat.Panel:
    """How long the last training run took."""
    query = Query(figure(catalog.RETRAINING_LAST_DURATION, "game"), "duration")
    return panels.tile("retraining_duration", query, "s").decimals(1).span(5)


def retraining_schedule(panels: Panels) -> stat.Panel:
    """Time between scheduled training runs."""
    query = Query(figure(catalog.RETRAINING_INTERVAL, "game"), "interval")
    panel = panels.tile("retraining_schedule", query, "s").decimals(1).span(5)
    return panel.mappings([theme.words({0: (panels.texts.shared("never"), "text")})])
