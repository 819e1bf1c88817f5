"""Tables and bar charts: several instant queries joined on their labels into named columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import barchart, common, table
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from exporter.messages import Text
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.panels import Draft, Meanings, Query, Source, legend
from exporter.stack.dashboards.theme import fixed

#: What columns are called that hold a label's values.
HEADINGS = {
    "model_version": Text("Versão", "Version"),
    "role": Text("Papel", "Role"),
    "window": Text("Janela (sorteios)", "Window (draws)"),
    "hits": Text("Acertos", "Hits"),
    "tier": Text("Faixa (acertos)", "Tier (hits)"),
    "alertname": Text("Alerta", "Alert"),
    "severity": Text("Gravidade", "Severity"),
    "event": Text("Evento", "Event"),
    "game": Text("Jogo", "Game"),
    "runbook": Text("Procedimento", "Runbook"),
    "rule": Text("Regra", "Rule"),
    "metric_type": Text("Métrica", "Metric"),
    "condition": Text("Condição", "Condition"),
    "collector": Text("Coletor", "Collector"),
}
#: Beside a column of what was seen.
EXPECTED = Text("Esperado ao acaso", "Expected at chance")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: its heading, its expression, and how it is shown."""

    heading: Text
    expression: str
    unit: str = "none"
    decimals: int | None = None
    limits: theme.Colours = field(default_factory=dict)
    meanings: Meanings = field(default_factory=dict)


def grid(
    draft: Draft, labels: Sequence[str], columns: Sequence[Column], source: Source
) -> table.Panel:
    """One row for each set of `labels`; all expressions must keep exactly these labels."""
    panel = draft.dress(table.Panel(), "none", source)
    _add_targets(panel, draft, columns)
    panel.with_transformation(_merge()).with_transformation(_arrange(draft, labels, columns))
    for column in columns:
        panel.override_by_name(draft.say(column.heading), _look(draft, column))
    return panel.thresholds(theme.steps("text")).height(9).span(24)


def bars(draft: Draft, label: str, columns: Sequence[Column], source: Source) -> barchart.Panel:
    """One group of bars for each value of a numeric label, in the order of the numbers.

    The first column is what was seen, the second what chance would give.
    """
    panel = draft.dress(barchart.Panel(), columns[0].unit, source)
    _add_targets(panel, draft, columns)
    panel.with_transformation(_merge())
    panel.with_transformation(_convert(label, "number")).with_transformation(_sort(label))
    panel.with_transformation(_convert(label, "string"))
    panel.with_transformation(_arrange(draft, [label], columns))
    for column, colour in zip(columns, (theme.ACCENT, theme.CHANCE), strict=True):
        look = [*_look(draft, column), fixed(colour)]
        panel.override_by_name(draft.say(column.heading), look)
    tooltip = common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)
    panel.legend(legend()).tooltip(tooltip).x_field(draft.say(HEADINGS[label]))
    return panel.height(9).span(12)


def _add_targets(
    panel: table.Panel | barchart.Panel, draft: Draft, columns: Sequence[Column]
) -> None:
    for index, column in enumerate(columns):
        query = draft.target(Query(column.expression), index)
        panel.with_target(query.instant().format(PromQueryFormat.TABLE))


def _arrange(
    draft: Draft, labels: Sequence[str], columns: Sequence[Column]
) -> model.DataTransformerConfig:
    """Names and orders the columns, and drops the moment of the query."""
    fields = {label: draft.say(HEADINGS[label]) for label in labels}
    for index, column in enumerate(columns):
        fields[value_field(index, len(columns))] = draft.say(column.heading)
    options = {
        "excludeByName": {"Time": True},
        "indexByName": {name: index for index, name in enumerate(fields)},
        "renameByName": fields,
    }
    return model.DataTransformerConfig(id_val="organize", options=options)


def _look(draft: Draft, column: Column) -> list[model.DynamicConfigValue]:
    look = [theme.setting("unit", column.unit)]
    if column.decimals is not None:
        look.append(theme.setting("decimals", column.decimals))
    if column.limits:
        look += _coloured_text(column.limits)
    if column.meanings:
        look += theme.spoken(draft.spoken(column.meanings))
    return look


def value_field(index: int, queries: int) -> str:
    """What Grafana calls a query's value in a table; its letter comes only where there are more."""
    return f"Value #{chr(ord('A') + index)}" if queries > 1 else "Value"


def _coloured_text(limits: theme.Colours) -> list[model.DynamicConfigValue]:
    lowest, *rest = limits.items()
    thresholds = theme.steps(lowest[1], dict(rest)).build()
    cell = {"type": shapes.TableCellDisplayMode.COLOR_TEXT}
    return [theme.setting("thresholds", thresholds), theme.setting("custom.cellOptions", cell)]


def _merge() -> model.DataTransformerConfig:
    return model.DataTransformerConfig(id_val="merge", options={})


def _convert(name: str, kind: str) -> model.DataTransformerConfig:
    conversion = {"targetField": name, "destinationType": kind}
    options = {"fields": {}, "conversions": [conversion]}
    return model.DataTransformerConfig(id_val="convertFieldType", options=options)


def _sort(name: str) -> model.DataTransformerConfig:
    options = {"fields": {}, "sort": [{"field": name, "desc": False}]}
    return model.DataTransformerConfig(id_val="sortBy", options=options)
