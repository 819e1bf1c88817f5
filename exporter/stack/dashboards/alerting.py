"""Panels that answer: who is told, and should it be retrained?"""

from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries

from exporter.collectors import alert_rules, retrainer, retraining
from exporter.messages import Text
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.expressions import figure, series, total
from exporter.stack.dashboards.panels import (
    AGE,
    FAILURES,
    NO_DATA,
    NOTHING_SCORED,
    Draft,
    Query,
    Source,
    panel,
)
from exporter.stack.dashboards.tables import HEADINGS, Column, grid

_ALERT = ("alertname", "severity", "event", "game", "model_version", "rule")
#: Where the repository keeps an alert's runbook; prometheus/rules names the same file.
_RUNBOOK = "docs/runbooks/$1.md"
_SEVERITIES = {
    "critical": (Text("crítico", "critical"), theme.BAD),
    "warning": (Text("aviso", "warning"), theme.WARNING),
    "info": (Text("informação", "information"), theme.ACCENT),
}
_NEVER = Text("nunca", "never")
_VALUE = Text("Valor atual", "Current value")
#: A rule about the machine is about no game.
_ANY_OR_NO_GAME = "~$game|"
#: Labels of rules that tell programs, such as the retrainer, whom a rule watches.
_NOT_SHOWN = ("model_version", "role")


@panel(
    Text("Alertas ativos", "Active alerts"),
    """Alertas do Lotofácil que disparam agora e que o Alertmanager notifica (o vigia, que dispara
    sempre, não conta).""",
    """Alerts of this product that fire now and that Alertmanager notifies about (the watchdog,
    which always fires, is not counted).""",
)
def alerts_now(draft: Draft) -> stat.Panel:
    query = Query(f"{promql.active_alerts()} or vector(0)", Text("alertas", "alerts"))
    panel = draft.tile(query, "none", Source.PROMETHEUS).decimals(0)
    return panel.thresholds(theme.steps(theme.GOOD, {1: theme.BAD}))


@panel(
    Text("Alertas ativos", "Active alerts"),
    "O que dispara agora, desde quando, e o procedimento a seguir (arquivo do repositório).",
    "What fires now, since when, and the runbook to follow (a file of the repository).",
    nothing=Text("nenhum alerta ativo", "no active alert"),
)
def alerts(draft: Draft) -> table.Panel:
    since = promql.alerts_since(*_ALERT)
    named = f'label_replace({since}, "runbook", "{_RUNBOOK}", "alertname", "(.+)")'
    columns = [Column(Text("Ativo desde", "Active since"), named, "dateTimeFromNow")]
    labels = (*_ALERT, "runbook")
    panel = grid(draft, labels, columns, Source.PROMETHEUS).span(12)
    return _with_severities(panel, draft)


@panel(
    Text("Histórico de alertas", "Alerts over time"),
    "Quando cada alerta disparou no período mostrado.",
    "When each alert fired over the time shown.",
    nothing=Text("nenhum alerta neste período", "no alert over this time"),
)
def alert_history(draft: Draft) -> statetimeline.Panel:
    query = Query(promql.is_firing("alertname"), "{{alertname}}")
    firing = {1: (Text("disparado", "firing"), theme.BAD)}
    return draft.states(query, firing, Source.PROMETHEUS)


@panel(
    Text("Regras criadas por usuários", "Rules made by users"),
    "Valor atual e limite de cada regra de alerta criada pelas chamadas documentadas.",
    "Current value and threshold of each alert rule made by the documented calls.",
    nothing=Text("nenhuma regra criada", "no rule made"),
)
def rules(draft: Draft) -> table.Panel:
    labels = [label for label in alert_rules.RULE if label not in _NOT_SHOWN]
    everybody = {"game": _ANY_OR_NO_GAME, "model_version": promql.ANY, "role": promql.ANY}
    threshold = figure(alert_rules.ALERT_RULE_THRESHOLD, *labels, **everybody)
    current = figure(alert_rules.ALERT_RULE_VALUE, *labels, **everybody)
    # A value that is not known yet must not leave its column nameless.
    value = f"clamp_max({current}, {promql.TOP}) or NaN * {threshold}"
    columns = [
        Column(_VALUE, value, "short"),
        Column(Text("Limite", "Threshold"), threshold, "short"),
    ]
    panel = grid(draft, labels, columns, Source.SQL).span(12)
    unknown = theme.without_value(draft.say(NO_DATA))
    panel.override_by_name(draft.say(_VALUE), [unknown])
    return _with_severities(panel, draft)


def _with_severities(panel: table.Panel, draft: Draft) -> table.Panel:
    """The severity in words, in the colour of what it means."""
    look = theme.spoken(draft.spoken(_SEVERITIES))
    return panel.override_by_name(draft.say(HEADINGS["severity"]), look)


@panel(
    Text("Entrega ao Alertmanager", "Delivery to Alertmanager"),
    """Notificações por segundo que o Prometheus entrega ao Alertmanager, falha em entregar ou
    perde.""",
    "Notifications a second that Prometheus hands to Alertmanager, fails to hand over, or loses.",
)
def notifications(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(
            "sum(rate(prometheus_notifications_sent_total[$__rate_interval]))",
            Text("entregues ao Alertmanager", "handed to Alertmanager"),
        ),
        Query("sum(rate(prometheus_notifications_errors_total[$__rate_interval]))", FAILURES),
        Query(
            "sum(rate(prometheus_notifications_dropped_total[$__rate_interval]))",
            Text("perdidos", "lost"),
        ),
    ]
    return draft.lines(queries, "cps").span(8).min(0)


@panel(
    Text("Alertmanagers", "Alertmanagers"),
    "Quantos Alertmanagers o Prometheus encontra. Zero: ninguém será avisado.",
    "How many Alertmanagers Prometheus finds. Zero: nobody will be told.",
)
def receivers(draft: Draft) -> stat.Panel:
    query = Query(
        "max(prometheus_notifications_alertmanagers_discovered) or vector(0)",
        Text("servidores", "servers"),
    )
    panel = draft.tile(query, "none", Source.PROMETHEUS).decimals(0).height(9)
    return panel.thresholds(theme.steps(theme.BAD, {1: theme.GOOD}))


@panel(
    Text("Deve ser retreinado?", "Should it be retrained?"),
    """Sim, quando a evidência diz que a versão em uso é pior que o acaso (20 ou mais) ou o detector
    diz que ela piorou (3.000 ou mais). Uma acurácia baixa por alguns sorteios, sozinha, é
    acaso.""",
    """Yes, when the evidence says the version in use is worse than chance (20 or more) or the
    detector says it got worse (3,000 or more). A low accuracy for some draws is, on its own,
    chance.""",
    nothing=NOTHING_SCORED,
)
def retraining_advice(draft: Draft) -> stat.Panel:
    meanings = {
        0: (Text("Não é preciso", "No need"), theme.GOOD),
        1: (Text("Treinando agora", "Training now"), theme.ACCENT),
        2: (Text("Sim", "Yes"), theme.WARNING),
    }
    return draft.verdict(Query(promql.retraining_verdict(), "{{game}}"), meanings)


@panel(
    Text("Treinamentos por desfecho", "Training runs by outcome"),
    "Treinamentos desde o início do banco de dados, pelo modo como terminaram.",
    "Training runs over the database's lifetime, by how they ended.",
)
def retraining_runs(draft: Draft) -> timeseries.Panel:
    query = Query(total(series(retraining.RETRAINING_RUNS), "outcome"), "{{outcome}}")
    return draft.lines([query], "none", Source.SQL).decimals(0).min(0)


@panel(
    Text("Pedidos de retreinamento", "Requests to retrain"),
    "Pedidos desde o início do banco de dados, pelo que foi decidido.",
    "Requests over the database's lifetime, by what was decided.",
)
def retraining_requests(draft: Draft) -> timeseries.Panel:
    query = Query(total(series(retraining.RETRAINING_REQUESTS), "decision"), "{{decision}}")
    return draft.lines([query], "none", Source.SQL).decimals(0).min(0)


@panel(
    Text("Retreinador olhou há", "Retrainer last looked"),
    """Tempo desde que o retreinador procurou pedidos, agendas e limites quebrados. Muito tempo: ele
    parou.""",
    """Time since the retrainer looked for requests, schedules and broken thresholds. Long: it
    hangs.""",
)
def retrainer_pass(draft: Draft) -> stat.Panel:
    query = Query(f"time() - {figure(retrainer.RETRAINER_LAST_PASS)}", AGE)
    panel = draft.tile(query, "s", Source.PROMETHEUS).decimals(1).span(5)
    return panel.thresholds(theme.steps(theme.GOOD, {120: theme.WARNING, 600: theme.BAD}))


@panel(
    Text("Último treinamento bom há", "Last good training"),
    "Tempo desde o fim do último treinamento que deu certo.",
    "Time since the last successful training run ended.",
    nothing=_NEVER,
)
def retraining_age(draft: Draft) -> stat.Panel:
    last_success = figure(retraining.RETRAINING_LAST_SUCCESS, "game")
    query = Query(f"time() - ({last_success} > 0)", AGE)
    return draft.tile(query, "s").decimals(1).span(5)


@panel(
    Text("Duração do último", "Length of the last"),
    "Quanto durou o último treinamento terminado.",
    "How long the last ended training run took.",
)
def retraining_duration(draft: Draft) -> stat.Panel:
    query = Query(figure(retraining.RETRAINING_LAST_DURATION, "game"), Text("duração", "duration"))
    return draft.tile(query, "s").decimals(1).span(5)


@panel(
    Text("Intervalo agendado", "Scheduled interval"),
    "Tempo entre treinamentos agendados.",
    "Time between scheduled training runs.",
)
def retraining_schedule(draft: Draft) -> stat.Panel:
    query = Query(figure(retraining.RETRAINING_INTERVAL, "game"), Text("intervalo", "interval"))
    panel = draft.tile(query, "s").decimals(1).span(5)
    return panel.mappings([theme.words({0: (draft.say(_NEVER), "text")})])
