"""Tables of alerts: what fires, what was notified, and the rules that users made."""

import math
from collections.abc import Callable, Mapping

from exporter.domain.alerts import AlertRule, Span
from exporter.domain.statistics import Advice, Verdict
from exporter.messages import Language
from exporter.services.overview.shapes import Overview
from exporter.services.presentation.shapes import Cell, Table, Tone
from exporter.services.presentation.wording import NOTHING, Wording
from exporter.services.rule_board import WatchedRule
from exporter.storage.notifications import Notification

_SEVERITIES = ("info", "warning", "critical")
_VERDICT_TONES = {
    Verdict.ALWAYS_BROKEN: Tone.BAD,
    Verdict.MOSTLY_NOISE: Tone.BAD,
    Verdict.NOISY: Tone.WARNING,
    Verdict.NEVER_FIRES: Tone.WARNING,
    Verdict.SOUND: Tone.GOOD,
}


def alerts(overview: Overview, say: Wording) -> Table:
    """What fires."""
    rows = [
        [
            Cell(alert.name),
            _severity(alert.severity, say),
            Cell(say.moment(alert.starts_at)),
            Cell(_summary(alert.annotations, say.language) or NOTHING),
        ]
        for alert in overview.alerts
    ]
    header = [say(f"column_{name}") for name in ("alert", "severity", "since", "summary")]
    return Table(
        "alerts", say("alerts_title"), header, rows, say("no_alerts"), "", frozenset(range(4))
    )


def notifications(overview: Overview, say: Wording) -> Table:
    """What was notified, newest first."""
    rows = [_notification(told, say) for told in overview.notifications]
    names = ("when", "alert", "severity", "event", "state", "summary")
    header = [say(f"column_{name}") for name in names]
    title, nothing = say("notifications_title"), say("no_notifications")
    words = frozenset(range(len(names)))
    return Table("notifications", title, header, rows, nothing, say("notifications_note"), words)


def notifications_in_short(overview: Overview, say: Wording) -> Table:
    """What was notified in the overview's span, newest first, for a page that cannot be wide."""
    since = overview.at - overview.activity.span.length
    told = [one for one in overview.notifications if one.received_at > since]
    rows = [[cells[at] for at in (0, 1, 2, 4)] for cells in (_notification(o, say) for o in told)]
    header = [say(f"column_{name}") for name in ("when", "alert", "severity", "state")]
    title, nothing = say("period_notifications_title"), say("no_period_notifications")
    words = frozenset(range(len(header)))
    return Table("notifications", title, header, rows, nothing, say("notifications_note"), words)


def _notification(told: Notification, say: Wording) -> list[Cell]:
    fires = told.status == "firing"
    return [
        Cell(say.moment(told.received_at)),
        Cell(told.name),
        _severity(told.severity, say) if fires else Cell(_severity(told.severity, say).text),
        Cell(told.event),
        Cell(say("told_firing" if fires else "told_resolved"), Tone.PLAIN if fires else Tone.GOOD),
        Cell(_summary(told.annotations, say.language) or NOTHING),
    ]


def _summary(annotations: Mapping[str, str], language: Language) -> str:
    portuguese = annotations.get("summary", "")
    return portuguese if language is Language.PT_BR else annotations.get("summary_en", portuguese)


def _severity(severity: str, say: Wording) -> Cell:
    words = say(f"severity_{severity}") if severity in _SEVERITIES else severity
    return Cell(words, Tone.BAD if severity == "critical" else Tone.WARNING)


def rules(overview: Overview, say: Wording) -> Table:
    """The rules that users made, each with what chance does to it."""
    firing = {alert.rule for alert in overview.alerts}
    rows = [_rule(one, say, is_firing=one.rule.name in firing) for one in overview.rules]
    names = ("rule", "watches", "condition", "value", "severity", "state", "at_chance")
    header = [say(f"column_{name}") for name in names]
    title, nothing, note = say("rules_title"), say("no_rules"), say("rules_note")
    return Table("rules", title, header, rows, nothing, note, frozenset({0, 1, 4, 5, 6}))


def rules_in_short(overview: Overview, say: Wording) -> Table:
    """The rules with their values now, for a page that cannot be wide."""
    whole, kept = rules(overview, say), (0, 1, 2, 3, 5)
    header = [whole.header[at] for at in kept]
    rows = [[cells[at] for at in kept] for cells in whole.rows]
    return Table(whole.name, whole.title, header, rows, whole.nothing, "", frozenset({0, 1, 4}))


def _rule(one: WatchedRule, say: Wording, *, is_firing: bool) -> list[Cell]:
    rule = one.rule
    return [
        Cell(rule.name),
        Cell(_watches(rule, say)),
        Cell(f"{rule.condition} {_writer(rule.metric_type, say)(rule.threshold)}"),
        Cell(_value(one, say)),
        Cell(say(f"severity_{rule.severity}")),
        _state(one, say, is_firing=is_firing),
        _at_chance(one, say),
    ]


def _value(one: WatchedRule, say: Wording) -> str:
    if one.value is None:
        return NOTHING
    return _writer(one.rule.metric_type, say, least=2)(one.value)


def _watches(rule: AlertRule, say: Wording) -> str:
    is_window = rule.metric_type.startswith("accuracy") and rule.span is Span.DRAWS
    plain = is_window and rule.metric_type != "accuracy.zscore"
    name = "accuracy" if plain else rule.metric_type.replace(".", "_")
    parts = (say(f"watch_{name}"), _window(rule, say), rule.game, rule.model_version)
    return " · ".join(part for part in parts if part)


def _window(rule: AlertRule, say: Wording) -> str:
    if rule.span is not Span.DRAWS:
        return rule.window
    if rule.draws is None:
        return say("window_all")
    return say("window_1") if rule.draws == 1 else say("rule_window", draws=rule.draws)


def _state(one: WatchedRule, say: Wording, *, is_firing: bool) -> Cell:
    if is_firing:
        is_critical = one.rule.severity == "critical"
        return Cell(say("rule_firing"), Tone.BAD if is_critical else Tone.WARNING)
    if one.value is None:
        return Cell(say("rule_unknown"), Tone.MUTED)
    if one.rule.holds(one.value):
        return Cell(say("rule_broken"), Tone.WARNING)
    return Cell(say("rule_quiet"))


def _at_chance(one: WatchedRule, say: Wording) -> Cell:
    if not one.is_advised:
        return Cell(say("advice_pending"), Tone.MUTED)
    if one.advice is None:
        return Cell(NOTHING, Tone.MUTED)
    return Cell(_advice(one.advice, say), _VERDICT_TONES[one.advice.verdict])


def _advice(advice: Advice, say: Wording) -> str:
    episodes = say.number(advice.episodes, 0 if advice.episodes >= 10 else 1)
    share = say.percent(advice.break_probability, 0)
    return say(f"advice_{advice.verdict.value}", episodes=episodes, share=share)


def _writer(metric_type: str, say: Wording, least: int = 0) -> Callable[[float], str]:
    """How a metric's values are written; percentages with at least so many digits."""
    part = metric_type.rpartition(".")[2]
    if part in ("trend", "bias"):
        return say.points
    if part == "evidence":
        return say.evidence
    if metric_type == "performance" or part.startswith("response_time") or part in _TIMES:
        return say.seconds
    if part in _RATIOS or (metric_type.startswith("accuracy.") and part != "zscore"):
        return lambda value: say.percent(value, max(least, _digits(100 * value)))
    return lambda value: say.number(value, _digits(value))


_TIMES = ("age", "uptime")
_RATIOS = ("accuracy", "confidence", "error_rate", "cpu", "memory", "disk")


def _digits(value: float) -> int:
    """As many as the value has, up to two; small ones up to four."""
    most = 4 if abs(value) < 0.1 else 2
    enough = (n for n in range(most) if math.isclose(value, round(value, n), abs_tol=1e-9))
    return next(enough, most)
