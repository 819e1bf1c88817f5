"""Tables and bar charts: several instant queries joined on their labels into named columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import barchart, common, table
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from exporter.stack.dashboards import theme
from exporter.stack.dashboards.panels import Panels, Query, Source, legend, target
from exporter.stack.dashboards.theme import fixed


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: message key (`column.<key>`), expression, and how it is shown."""

    key: str
    expression: str
    unit: str = "none"
    decimals: int | None = None
    limits: theme.Colours = field(default_factory=dict)
    meanings: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tables:
    """Makes the tables of one dashboard in one language."""

    panels: Panels

    def grid(
        self, key: str, labels: Sequence[str], columns: Sequence[Column], source: Source
    ) -> table.Panel:
        """One row for each set of `labels`; all expressions must keep exactly these labels."""
        panel = self.panels.dress(table.Panel(), key, "none", source)
        self._add_targets(panel, columns)
        panel.with_transformation(_merge()).with_transformation(self._arrange(labels, columns))
        for column in columns:
            panel.override_by_name(self._name(column.key), self._look(column))
        return panel.thresholds(theme.steps("text")).height(9).span(24)

    def bars(
        self, key: str, label: str, columns: Sequence[Column], source: Source
    ) -> barchart.Panel:
        """One group of bars for each value of a numeric label, in the order of the numbers.

        The first column is what was seen, the second what chance would give.
        """
        panel = self.panels.dress(barchart.Panel(), key, columns[0].unit, source)
        self._add_targets(panel, columns)
        panel.with_transformation(_merge())
        for kind in ("number", "string"):
            panel.with_transformation(_convert(label, kind))
            if kind == "number":
                panel.with_transformation(_sort(label))
        panel.with_transformation(self._arrange([label], columns))
        for column, colour in zip(columns, (theme.ACCENT, theme.CHANCE), strict=True):
            panel.override_by_name(self._name(column.key), [*self._look(column), fixed(colour)])
        tooltip = common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)
        panel.legend(legend()).tooltip(tooltip).x_field(self._name(label))
        return panel.height(9).span(12)

    def _add_targets(self, panel: table.Panel | barchart.Panel, columns: Sequence[Column]) -> None:
        for index, column in enumerate(columns):
            query = target(Query(column.expression), index, self.panels.texts)
            panel.with_target(query.instant().format(PromQueryFormat.TABLE))

    def _arrange(
        self, labels: Sequence[str], columns: Sequence[Column]
    ) -> model.DataTransformerConfig:
        """Names and orders the columns, and drops the moment of the query."""
        fields = {label: self._name(label) for label in labels}
        fields |= {value_field(i, len(columns)): self._name(c.key) for i, c in enumerate(columns)}
        options = {
            "excludeByName": {"Time": True},
            "indexByName": {name: index for index, name in enumerate(fields)},
            "renameByName": fields,
        }
        return model.DataTransformerConfig(id_val="organize", options=options)

    def _look(self, column: Column) -> list[model.DynamicConfigValue]:
        look = [theme.setting("unit", column.unit)]
        if column.decimals is not None:
            look.append(theme.setting("decimals", column.decimals))
        if column.limits:
            look += _coloured_text(column.limits)
        if column.meanings:
            look += self._spoken(column)
        return look

    def _spoken(self, column: Column) -> list[model.DynamicConfigValue]:
        return theme.spoken(
            {
                value: (self.panels.texts.shared(f"column.{column.key}.{value}"), colour)
                for value, colour in column.meanings.items()
            }
        )

    def _name(self, key: str) -> str:
        return self.panels.texts.shared(f"column.{key}")


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
