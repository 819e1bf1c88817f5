"""Tables of alerts: what fires, what was notified, and the rules that users made."""

import math
from collections.abc import Callable, Mapping

from exporter.domain.alerts import AlertRule, WindowUnit
from exporter.domain.statistics.thresholds import Advice, Verdict
from exporter.figures.overview import Overview
from exporter.figures.rule_board import WatchedRule
from exporter.messages import Language, Text, phrases
from exporter.messages.wording import NOTHING, Wording
from exporter.pages.columns import headings
from exporter.pages.shapes import Cell, Table, Tone
from exporter.storage.notifications import Notification

_SEVERITIES = {
    "info": Text("informação", "info"),
    "warning": Text("aviso", "warning"),
    "critical": Text("crítico", "critical"),
}
_VERDICT_TONES = {
    Verdict.ALWAYS_BROKEN: Tone.BAD,
    Verdict.MOSTLY_NOISE: Tone.BAD,
    Verdict.NOISY: Tone.WARNING,
    Verdict.NEVER_FIRES: Tone.WARNING,
    Verdict.SOUND: Tone.GOOD,
}
_METRICS = {
    "accuracy": Text("acurácia", "accuracy"),
    "accuracy.zscore": Text("distância do acaso (z)", "distance from chance (z)"),
    "accuracy.trend": Text("tendência da acurácia", "trend of accuracy"),
    "accuracy.evidence": Text(
        "evidência de ser pior que o acaso", "evidence of being worse than chance"
    ),
    "confidence": Text("confiança média", "mean confidence"),
    "confidence.bias": Text("confiança menos acurácia", "confidence minus accuracy"),
    "performance": Text("latência média", "mean latency"),
    "performance.response_time": Text("latência média", "mean latency"),
    "performance.response_time_p50": Text("latência p50", "latency p50"),
    "performance.response_time_p90": Text("latência p90", "latency p90"),
    "performance.response_time_p95": Text("latência p95", "latency p95"),
    "performance.response_time_p99": Text("latência p99", "latency p99"),
    "performance.error_rate": Text("taxa de erro", "error rate"),
    "performance.throughput": Text("chamadas por minuto", "calls per minute"),
    "performance.cpu": Text("processador em uso", "processor in use"),
    "performance.memory": Text("memória em uso", "memory in use"),
    "predictions": Text("predições", "predictions"),
    "predictions.volume": Text("predições", "predictions"),
    "predictions.failures": Text("chamadas com falha", "failed calls"),
    "predictions.pending": Text("predições sem resultado", "predictions without a result"),
    "predictions.age": Text("tempo desde a última predição", "time since the last prediction"),
    "predictions.quarantined": Text("registros em quarentena", "records in quarantine"),
    "system": Text("sistema saudável (1 ou 0)", "system healthy (1 or 0)"),
    "system.health": Text("sistema saudável (1 ou 0)", "system healthy (1 or 0)"),
    "system.cpu": Text("processador em uso", "processor in use"),
    "system.memory": Text("memória em uso", "memory in use"),
    "system.disk": Text("disco em uso", "disk in use"),
    "system.uptime": Text("tempo no ar", "time up"),
    "system.spool": Text("registros à espera em disco", "records waiting on disk"),
    "system.errors": Text("erros no log em 1 h", "errors in the log in 1 h"),
    "system.alerts": Text("alertas ativos", "active alerts"),
}
_ADVICE = {
    Verdict.ALWAYS_BROKEN: Text(
        "sempre violado ao acaso: em {share} das verificações",
        "always broken at chance: in {share} of looks",
    ),
    Verdict.MOSTLY_NOISE: Text(
        "ruído: cerca de {episodes} episódios em 300 sorteios, {share} das verificações",
        "noise: about {episodes} episodes in 300 draws, {share} of looks",
    ),
    Verdict.NOISY: Text(
        "faz barulho: cerca de {episodes} episódios em 300 sorteios",
        "noisy: about {episodes} episodes in 300 draws",
    ),
    Verdict.NEVER_FIRES: Text(
        "quase nunca dispara, nem quando deveria", "hardly ever fires, not even when it should"
    ),
    Verdict.SOUND: Text(
        "sólido: menos de 1 episódio em 1.000 sorteios", "sound: less than 1 episode in 1,000 draws"
    ),
}
_FIRED = Text("disparou", "fired")
_ENDED = Text("terminou", "ended")


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
    header = headings(say, "alert", "severity", "since", "summary")
    return Table(
        "alerts",
        say(Text("Alertas ativos", "Active alerts")),
        header,
        rows,
        say(phrases.NO_ALERTS),
        "",
        frozenset(range(4)),
    )


_NOTIFICATIONS_NOTE = Text("As mais recentes primeiro.", "The newest first.")


def notifications(overview: Overview, say: Wording) -> Table:
    """What was notified, newest first."""
    rows = [_notification(notification, say) for notification in overview.notifications]
    header = headings(say, "when", "alert", "severity", "event", "state", "summary")
    title, nothing = (
        say(Text("Histórico de notificações", "History of notifications")),
        say(Text("Nada foi notificado ainda.", "Nothing was notified yet.")),
    )
    words = frozenset(range(len(header)))
    return Table("notifications", title, header, rows, nothing, say(_NOTIFICATIONS_NOTE), words)


def notifications_in_short(overview: Overview, say: Wording) -> Table:
    """What was notified in the overview's span, newest first, for a page that cannot be wide."""
    since = overview.at - overview.activity.span.length
    recent = [
        notification for notification in overview.notifications if notification.received_at > since
    ]
    rows = [[cells[at] for at in (0, 1, 2, 4)] for cells in (_notification(o, say) for o in recent)]
    header = headings(say, "when", "alert", "severity", "state")
    title, nothing = (
        say(Text("Notificações do período", "Notifications of the period")),
        say(Text("Nada foi notificado no período.", "Nothing was notified in the period.")),
    )
    words = frozenset(range(len(header)))
    return Table("notifications", title, header, rows, nothing, say(_NOTIFICATIONS_NOTE), words)


def _notification(notification: Notification, say: Wording) -> list[Cell]:
    fires = notification.status == "firing"
    return [
        Cell(say.moment(notification.received_at)),
        Cell(notification.name),
        _severity(notification.severity, say)
        if fires
        else Cell(_severity(notification.severity, say).text),
        Cell(notification.event),
        Cell(say(_FIRED if fires else _ENDED), Tone.PLAIN if fires else Tone.GOOD),
        Cell(_summary(notification.annotations, say.language) or NOTHING),
    ]


def _summary(annotations: Mapping[str, str], language: Language) -> str:
    portuguese = annotations.get("summary", "")
    return portuguese if language is Language.PT_BR else annotations.get("summary_en", portuguese)


def _severity(severity: str, say: Wording) -> Cell:
    words = say(_SEVERITIES[severity]) if severity in _SEVERITIES else severity
    return Cell(words, Tone.BAD if severity == "critical" else Tone.WARNING)


_RULES_NOTE = Text(
    """Ao acaso: o que a regra faria com um modelo que só sorteia, com um bilhete por sorteio;
    300 sorteios são cerca de um ano. Valor desconhecido: –.""",
    """At chance: what the rule would do to a random picker with one ticket a draw; 300 draws are
    about a year. Unknown value: –.""",
)


def rules(overview: Overview, say: Wording) -> Table:
    """The rules that users made, each with what chance does to it."""
    firing = {alert.rule for alert in overview.alerts}
    rows = [
        _rule(watched, say, is_firing=watched.rule.name in firing) for watched in overview.rules
    ]
    header = headings(
        say, "rule", "watches", "condition", "value", "severity", "state", "at_chance"
    )
    title, nothing, note = (
        say(Text("Regras de alerta", "Alert rules")),
        say(Text("Nenhuma regra foi criada.", "No rule was made.")),
        say(_RULES_NOTE),
    )
    return Table("rules", title, header, rows, nothing, note, frozenset({0, 1, 4, 5, 6}))


def rules_in_short(overview: Overview, say: Wording) -> Table:
    """The rules with their values now, for a page that cannot be wide."""
    whole, columns = rules(overview, say), (0, 1, 2, 3, 5)
    header = [whole.header[at] for at in columns]
    rows = [[cells[at] for at in columns] for cells in whole.rows]
    return Table(whole.name, whole.title, header, rows, whole.nothing, "", frozenset({0, 1, 4}))


def _rule(watched: WatchedRule, say: Wording, *, is_firing: bool) -> list[Cell]:
    rule = watched.rule
    return [
        Cell(rule.name),
        Cell(_watches(rule, say)),
        Cell(f"{rule.condition} {_writer(rule.metric_type, say)(rule.threshold)}"),
        Cell(_value(watched, say)),
        Cell(say(_SEVERITIES[rule.severity])),
        _state(watched, say, is_firing=is_firing),
        _at_chance(watched, say),
    ]


def _value(watched: WatchedRule, say: Wording) -> str:
    if watched.value is None:
        return NOTHING
    return _writer(watched.rule.metric_type, say, least=2)(watched.value)


def _watches(rule: AlertRule, say: Wording) -> str:
    is_window = rule.metric_type.startswith("accuracy") and rule.span is WindowUnit.DRAWS
    plain = is_window and rule.metric_type != "accuracy.zscore"
    metric = "accuracy" if plain else rule.metric_type
    parts = (say(_METRICS[metric]), _window(rule, say), rule.game, rule.model_version)
    return " · ".join(part for part in parts if part)


def _window(rule: AlertRule, say: Wording) -> str:
    if rule.span is not WindowUnit.DRAWS:
        return rule.window
    if rule.draws is None:
        return say(phrases.SINCE_START)
    return (
        say(phrases.LAST_DRAW)
        if rule.draws == 1
        else say(Text("{draws} sorteios", "{draws} draws"), draws=rule.draws)
    )


def _state(watched: WatchedRule, say: Wording, *, is_firing: bool) -> Cell:
    if is_firing:
        is_critical = watched.rule.severity == "critical"
        return Cell(say(Text("disparada", "firing")), Tone.BAD if is_critical else Tone.WARNING)
    if watched.value is None:
        return Cell(say(Text("sem valor", "no value")), Tone.MUTED)
    if watched.rule.holds(watched.value):
        return Cell(say(Text("violada, sem notificação", "broken, not notified")), Tone.WARNING)
    return Cell(say(Text("em silêncio", "quiet")))


def _at_chance(watched: WatchedRule, say: Wording) -> Cell:
    if not watched.is_advised:
        return Cell(say(Text("calculando…", "working it out…")), Tone.MUTED)
    if watched.advice is None:
        return Cell(NOTHING, Tone.MUTED)
    return Cell(_advice(watched.advice, say), _VERDICT_TONES[watched.advice.verdict])


def _advice(advice: Advice, say: Wording) -> str:
    episodes = say.number(advice.episodes, 0 if advice.episodes >= 10 else 1)
    share = say.percent(advice.break_probability, 0)
    return say(_ADVICE[advice.verdict], episodes=episodes, share=share)


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
