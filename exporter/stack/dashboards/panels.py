"""Building blocks: the few kinds of panel that the dashboards are made of.

Every panel gets here what none may lack: a stable id, a title, a description that
names the origin of its figures, a unit and the data source. What is particular to one
panel is added where it is made, with the SDK's own methods.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    barchart,
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as shapes

from exporter.messages import Language, text
from exporter.stack.dashboards import theme

DATASOURCE = shapes.DataSourceRef(type_val="prometheus", uid="${datasource}")
#: Fine steps also on long ranges: a young installation has minutes of history, not days.
POINTS = 2000

Chart = TypeVar(
    "Chart",
    barchart.Panel,
    bargauge.Panel,
    stat.Panel,
    statetimeline.Panel,
    table.Panel,
    timeseries.Panel,
)


class Source(StrEnum):
    """Where a panel's figures come from; its description says so."""

    SQL = "sql"
    PROMETHEUS = "prometheus"


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression and the message key of its legend."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one dashboard in one language."""

    subject: str
    language: Language

    def shared(self, key: str) -> str:
        """A text that all dashboards share."""
        return text(f"dashboard.{key}", self.language)

    def own(self, key: str) -> str:
        """A text of this dashboard."""
        return self.shared(f"{self.subject}.{key}")

    def panel(self, key: str) -> str:
        """A text of a panel: the same panel says the same on every dashboard."""
        return self.shared(f"panel.{key}")

    def legend(self, key: str) -> str:
        """The name of a series, as legends and overrides write it."""
        return self.shared(f"legend.{key}")


def panel_id(subject: str, key: str) -> int:
    """An id that stays the same wherever the panel moves to on its dashboard."""
    return zlib.crc32(f"{subject}.{key}".encode()) % 1_000_000 + 1


def target(query: Query, index: int, texts: Texts) -> prometheus.Dataquery:
    """One query of a panel."""
    legend = texts.legend(query.legend) if query.legend else "__auto"
    return (
        prometheus.Dataquery()
        .ref_id(chr(ord("A") + index))
        .datasource(DATASOURCE)
        .expr(query.expression)
        .legend_format(legend)
    )


@dataclass(frozen=True, slots=True)
class Panels:
    """Makes the panels of one dashboard in one language."""

    texts: Texts

    def tile(self, key: str, query: Query, unit: str, source: Source = Source.SQL) -> stat.Panel:
        """One figure, as it is now."""
        panel = self.dress(stat.Panel(), key, unit, source)
        return (
            panel.with_target(target(query, 0, self.texts).instant())
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
            .graph_mode(shapes.BigValueGraphMode.NONE)
            .color_mode(shapes.BigValueColorMode.VALUE)
            .thresholds(theme.steps("text"))
            .height(4)
            .span(4)
        )

    def verdict(
        self,
        key: str,
        query: Query,
        meanings: Mapping[int, str],
        source: Source = Source.SQL,
    ) -> stat.Panel:
        """An answer in plain words on a coloured ground; texts are `<key>.<value>`."""
        spoken = {v: (self.texts.panel(f"{key}.{v}"), colour) for v, colour in meanings.items()}
        return (
            self.tile(key, query, "none", source)
            .color_mode(shapes.BigValueColorMode.BACKGROUND_SOLID)
            .thresholds(theme.steps(theme.NEUTRAL))
            .mappings([theme.words(spoken)])
        )

    def lines(
        self,
        key: str,
        queries: Sequence[Query],
        unit: str,
        source: Source = Source.PROMETHEUS,
    ) -> timeseries.Panel:
        """Figures over time."""
        panel = self.dress(timeseries.Panel(), key, unit, source)
        for index, query in enumerate(queries):
            panel.with_target(target(query, index, self.texts).range())
        return (
            panel.legend(legend())
            .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
            .thresholds(theme.steps("transparent"))
            .max_data_points(POINTS)
            .line_width(2)
            .fill_opacity(0)
            .show_points(shapes.VisibilityMode.AUTO)
            .height(9)
            .span(12)
        )

    def bar_gauge(self, key: str, query: Query, unit: str) -> bargauge.Panel:
        """One horizontal bar a series, as it is now."""
        return (
            self.dress(bargauge.Panel(), key, unit, Source.SQL)
            .with_target(target(query, 0, self.texts).instant())
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
            .orientation(shapes.VizOrientation.HORIZONTAL)
            .display_mode(shapes.BarGaugeDisplayMode.BASIC)
            .thresholds(theme.steps(theme.ACCENT))
            .min(0)
            .height(9)
            .span(8)
        )

    def states(
        self, key: str, query: Query, meanings: Mapping[int, str], source: Source
    ) -> statetimeline.Panel:
        """What state each series was in, over time; texts are `<key>.<value>`."""
        spoken = {v: (self.texts.panel(f"{key}.{v}"), colour) for v, colour in meanings.items()}
        return (
            self.dress(statetimeline.Panel(), key, "none", source)
            .with_target(target(query, 0, self.texts).range())
            .mappings([theme.words(spoken)])
            .thresholds(theme.steps(theme.NEUTRAL))
            .color_scheme(theme.by_thresholds())
            .show_value(shapes.VisibilityMode.NEVER)
            .row_height(0.8)
            .height(9)
            .span(12)
        )

    def dress(self, panel: Chart, key: str, unit: str, source: Source) -> Chart:
        """What every panel must have."""
        origin = self.texts.shared(f"source.{source}")
        return (
            panel.id(panel_id(self.texts.subject, key))
            .title(self.texts.panel(f"{key}.title"))
            .description(f"{self.texts.panel(f'{key}.description')}\n\n{origin}")
            .datasource(DATASOURCE)
            .unit(unit)
            .no_value(self.texts.shared("no_value"))
        )

    def row(self, key: str) -> dashboard.Row:
        """The heading of a group of panels."""
        return dashboard.Row(self.texts.shared(f"row.{key}")).id(
            panel_id(self.texts.subject, f"row.{key}")
        )


def legend() -> common.VizLegendOptions:
    """The names of the series, below them."""
    return (
        common.VizLegendOptions()
        .display_mode(shapes.LegendDisplayMode.LIST)
        .placement(shapes.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
