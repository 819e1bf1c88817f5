"""Building blocks: the few kinds of panel that the dashboards are made of.

Every panel gets here what none may lack: a stable id, a title, a description that
names the origin of its figures, a unit and the data source. What is particular to one
panel is added where it is made, with the SDK's own methods.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    barchart,
    bargauge,
    common,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model

from exporter.messages import Language, Text
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


#: The words and the colour of each value.
Meanings = Mapping[int, tuple[Text, str]]

NO_DATA = Text("sem dados", "no data")
NOTHING_SCORED = Text("Nada conferido ainda", "Nothing scored yet")
#: Names of series that several panels have.
AGE = Text("idade", "age")
EXPORTER = Text("exportador", "exporter")
FAILURES = Text("falhas", "failures")


class Source(StrEnum):
    """Where a panel's figures come from; its description says so."""

    SQL = "sql"
    PROMETHEUS = "prometheus"


_ORIGINS = {
    Source.SQL: Text(
        """Fonte: retrato do banco de dados SQL (registros consolidados, com correções), lido pelo
        Prometheus.""",
        "Source: snapshot of the SQL database (roll-ups, corrections included), as read by"
        " Prometheus.",
    ),
    Source.PROMETHEUS: Text(
        """Fonte: Prometheus (o que ele viu em cada coleta; não muda com correções
        posteriores).""",
        "Source: Prometheus (what it saw at each scrape; later corrections do not change it).",
    ),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression and the name of its series; Grafana makes one where none is given."""

    expression: str
    legend: Text | str = "__auto"


def panel_id(board: str, key: str) -> int:
    """An id that stays the same wherever the panel moves to on its dashboard."""
    return zlib.crc32(f"{board}.{key}".encode()) % 1_000_000 + 1


@dataclass(frozen=True, slots=True)
class Draft:
    """A panel that is to be made for one dashboard, in one language; `key` is its own there."""

    board: str
    key: str
    title: Text
    description: Text
    nothing: Text
    language: Language

    def say(self, text: Text | str) -> str:
        """A text in the dashboard's language; a plain string is the same in both."""
        return text if isinstance(text, str) else text.to(self.language)

    def spoken(
        self, meanings: Mapping[theme.Key, tuple[Text, str]]
    ) -> dict[theme.Key, tuple[str, str]]:
        """The words and the colour of each value."""
        return {value: (self.say(text), colour) for value, (text, colour) in meanings.items()}

    def target(self, query: Query, index: int = 0) -> prometheus.Dataquery:
        """One query of the panel."""
        return (
            prometheus.Dataquery()
            .ref_id(chr(ord("A") + index))
            .datasource(DATASOURCE)
            .expr(query.expression)
            .legend_format(self.say(query.legend))
        )

    def tile(self, query: Query, unit: str, source: Source = Source.SQL) -> stat.Panel:
        """One figure, as it is now."""
        panel = self.dress(stat.Panel(), unit, source)
        return (
            panel.with_target(self.target(query).instant())
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
            .graph_mode(shapes.BigValueGraphMode.NONE)
            .color_mode(shapes.BigValueColorMode.VALUE)
            .thresholds(theme.steps("text"))
            .height(4)
            .span(4)
        )

    def verdict(
        self,
        query: Query,
        meanings: Meanings,
        source: Source = Source.SQL,
    ) -> stat.Panel:
        """An answer in plain words on a coloured ground."""
        return (
            self.tile(query, "none", source)
            .color_mode(shapes.BigValueColorMode.BACKGROUND_SOLID)
            .thresholds(theme.steps(theme.NEUTRAL))
            .mappings([theme.words(self.spoken(meanings))])
        )

    def lines(
        self,
        queries: Sequence[Query],
        unit: str,
        source: Source = Source.PROMETHEUS,
    ) -> timeseries.Panel:
        """Figures over time."""
        panel = self.dress(timeseries.Panel(), unit, source)
        for index, query in enumerate(queries):
            panel.with_target(self.target(query, index).range())
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

    def bar_gauge(self, query: Query, unit: str) -> bargauge.Panel:
        """One horizontal bar a series, as it is now."""
        return (
            self.dress(bargauge.Panel(), unit, Source.SQL)
            .with_target(self.target(query).instant())
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
            .orientation(shapes.VizOrientation.HORIZONTAL)
            .display_mode(shapes.BarGaugeDisplayMode.BASIC)
            .thresholds(theme.steps(theme.ACCENT))
            .min(0)
            .height(9)
            .span(8)
        )

    def states(self, query: Query, meanings: Meanings, source: Source) -> statetimeline.Panel:
        """What state each series was in, over time."""
        return (
            self.dress(statetimeline.Panel(), "none", source)
            .with_target(self.target(query).range())
            .mappings([theme.words(self.spoken(meanings))])
            .thresholds(theme.steps(theme.NEUTRAL))
            .color_scheme(theme.by_thresholds())
            .show_value(shapes.VisibilityMode.NEVER)
            .row_height(0.8)
            .height(9)
            .span(12)
        )

    def dress(self, panel: Chart, unit: str, source: Source) -> Chart:
        """What every panel must have."""
        return (
            panel.id(panel_id(self.board, self.key))
            .title(self.say(self.title))
            .description(f"{self.say(self.description)}\n\n{self.say(_ORIGINS[source])}")
            .datasource(DATASOURCE)
            .unit(unit)
            .no_value(self.say(self.nothing))
        )


Draw = Callable[[Draft], Builder[model.Panel]]
Maker = Callable[[str, Language], Builder[model.Panel]]


def panel(
    title: Text, portuguese: str, english: str, nothing: Text = NO_DATA
) -> Callable[[Draw], Maker]:
    """Gives a function that draws a panel its title and description; its name is the panel's key.

    `nothing` is shown where there is no value. The panel is then made for a dashboard, by the
    stem of its uid, and a language: it says the same on every dashboard.
    """

    def decorated(draw: Draw) -> Maker:
        texts = (draw.__name__, title, Text(portuguese, english), nothing)
        return lambda board, language: draw(Draft(board, *texts, language))

    return decorated


def legend() -> common.VizLegendOptions:
    """The names of the series, below them."""
    return (
        common.VizLegendOptions()
        .display_mode(shapes.LegendDisplayMode.LIST)
        .placement(shapes.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
