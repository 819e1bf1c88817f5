"""Panels about what the tickets cost and won, and whether the claimed confidence is honest."""

from functools import partial

from grafana_foundation_sdk.builders import barchart, stat, table, timeseries

from exporter.collectors import accuracy, money
from exporter.collectors.calibration import BRIER_SCORE, BRIER_SKILL, CONFIDENCE_BIAS
from exporter.messages import Text
from exporter.stack.dashboards import curves, theme
from exporter.stack.dashboards import expressions as promql
from exporter.stack.dashboards.expressions import ANY, beside_control, figure, in_use, series, total
from exporter.stack.dashboards.panels import Draft, Query, Source, panel
from exporter.stack.dashboards.tables import EXPECTED, Column, bars, grid

_VERSION = ("game", "model_version")
_ARM = ("model_version", "role")
_REAIS = "currencyBRL"
_NET = Text("Saldo", "Net")


@panel(
    Text("Custo, prêmios e saldo", "Cost, prizes and net"),
    """Desde o início de cada versão, ao lado do saldo que o acaso daria em média. Prêmios variáveis
    só entram quando o resultado os informa.""",
    """Since each version's start, beside the net that chance would give on average. Variable prizes
    count only where the result told them.""",
)
def balance(draft: Draft) -> table.Panel:
    cost = beside_control(partial(figure, money.COST, *_ARM))
    prizes = beside_control(partial(figure, money.PRIZES, *_ARM))
    columns = [
        Column(Text("Custo", "Cost"), cost, _REAIS, 2),
        Column(Text("Prêmios", "Prizes"), prizes, _REAIS, 2),
        *net_columns(),
    ]
    return grid(draft, _ARM, columns, Source.SQL).span(12)


@panel(
    _NET,
    "Prêmios menos custo da versão em uso, ao lado do saldo esperado ao acaso e do controle.",
    """Prizes minus cost of the version in use, beside the net expected at chance and that of the
    control arm.""",
)
def net_over_time(draft: Draft) -> timeseries.Panel:
    control = promql.net("model_version", model_version=ANY, role="control")
    queries = [
        Query(in_use(promql.net(*_VERSION)), "{{model_version}}"),
        Query(in_use(figure(money.NET_EXPECTED, *_VERSION)), curves.AT_CHANCE),
        Query(control, curves.CONTROL),
    ]
    panel = draft.lines(queries, _REAIS, Source.SQL).decimals(2)
    return curves.draw_yardsticks(panel, draft)


@panel(
    Text("Apostas premiadas por faixa", "Tickets with a prize, by tier"),
    "Predições da versão em uso pela melhor faixa de prêmio que alcançaram.",
    "Predictions of the version in use by the best prize tier they reached.",
)
def tiers(draft: Draft) -> barchart.Panel:
    prizes = total(in_use(series(money.TICKETS_WITH_PRIZE)), "tier")
    expected = total(in_use(series(money.EXPECTED_TICKETS_WITH_PRIZE)), "tier")
    tickets = Text("Apostas premiadas", "Tickets with a prize")
    columns = [Column(tickets, prizes), Column(EXPECTED, expected, "none", 1)]
    return bars(draft, "tier", columns, Source.SQL)


@panel(
    Text("Excesso de confiança", "Over-confidence"),
    """Confiança média declarada menos a acurácia. Acima de zero, o modelo promete mais do que
    cumpre. Na Lotofácil, a confiança honesta é 60 %.""",
    """Mean claimed confidence minus accuracy. Above zero the model promises more than it keeps. For
    Lotofácil the honest confidence is 60 %.""",
)
def confidence_bias(draft: Draft) -> stat.Panel:
    query = Query(in_use(figure(CONFIDENCE_BIAS, *_VERSION)), "{{model_version}}")
    panel = draft.tile(query, "percentunit").decimals(2)
    return panel.thresholds(theme.steps("text", {0.05: theme.WARNING, 0.15: theme.BAD}))


@panel(
    Text("Habilidade (Brier)", "Brier skill"),
    "Quanto a confiança declarada vale a mais do que declarar sempre o acaso. Zero ou menos: nada.",
    """How much more the claimed confidence is worth than always claiming chance. Zero or less:
    nothing.""",
)
def brier_skill(draft: Draft) -> stat.Panel:
    query = Query(in_use(figure(BRIER_SKILL, *_VERSION)), "{{model_version}}")
    panel = draft.tile(query, "percentunit").decimals(2)
    return panel.thresholds(theme.steps(theme.WARNING, {0: theme.GOOD}))


@panel(
    Text("Excesso de confiança por versão", "Over-confidence by version"),
    "Confiança média declarada menos a acurácia, de cada versão; na linha do zero, honesta.",
    "Mean claimed confidence minus accuracy, of each version; honest on the line of zero.",
)
def calibration(draft: Draft) -> timeseries.Panel:
    query = Query(figure(CONFIDENCE_BIAS, "model_version"), "{{model_version}}")
    panel = draft.lines([query], "percentunit", Source.SQL).decimals(2).span(8)
    return curves.draw_limits(panel, {0: theme.NEUTRAL})


@panel(
    Text("Escore de Brier por versão", "Brier score by version"),
    """Média do quadrado da diferença entre confiança e acerto, por número jogado. Quanto menor,
    melhor; a linha do acaso é o que daria declarar sempre o acaso.""",
    """Mean squared difference between confidence and hit, per number played. Lower is better; the
    line of chance is what always claiming chance would give.""",
)
def brier(draft: Draft) -> timeseries.Panel:
    chance = figure(accuracy.CHANCE_ACCURACY)
    queries = [
        Query(figure(BRIER_SCORE, "model_version"), "{{model_version}}"),
        Query(f"{chance} * (1 - {chance})", curves.CHANCE),
    ]
    panel = draft.lines(queries, "none", Source.SQL).decimals(3).span(8)
    return curves.draw_chance(panel, draft)


def net_columns() -> list[Column]:
    """What the tickets of each arm brought, and what chance would bring on average."""
    net = beside_control(partial(promql.net, *_ARM))
    expected = beside_control(partial(figure, money.NET_EXPECTED, *_ARM))
    heading = Text("Saldo esperado ao acaso", "Net expected at chance")
    return [Column(_NET, net, _REAIS, 2), Column(heading, expected, _REAIS, 2)]
