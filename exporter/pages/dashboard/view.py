"""What the page shows of an overview, ready for the template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from exporter.figures.overview import Overview
from exporter.messages import Text
from exporter.messages.wording import Wording
from exporter.pages import alert_tables, standing_tables, tables
from exporter.pages.charts.accuracy import accuracy_chart, hits_chart
from exporter.pages.charts.activity import errors_chart, latency_chart, volume_chart
from exporter.pages.charts.claims import calibration_chart, evidence_chart, numbers_chart
from exporter.pages.charts.figure import Chart, as_table
from exporter.pages.shapes import Table, Tile
from exporter.pages.tiles import tiles

Draw = Callable[[Overview, Wording], Chart]
Tabulate = Callable[[Overview, Wording], Table]


class Wide(NamedTuple):
    """A chart over the whole width."""

    draw: Draw


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart and its values as a table."""

    chart: Chart
    values: Table
    wide: bool = False


@dataclass(frozen=True, slots=True)
class PageSection:
    """A part of the page under one heading."""

    name: str
    title: str
    charts: Sequence[ChartView]
    tables: Sequence[Table]


@dataclass(frozen=True, slots=True)
class View:
    """The page's moving content."""

    tiles: Sequence[Tile]
    sections: Sequence[PageSection]

    def figures(self) -> dict[str, Any]:
        """The figures by the names of their charts; None where there is nothing to draw."""
        views = (view for section in self.sections for view in section.charts)
        return {view.chart.name: view.chart.figure for view in views}


class SectionPlan(NamedTuple):
    """What stands in a section: its charts, wide ones marked, and then its tables."""

    name: str
    title: Text
    charts: Sequence[Draw | Wide] = ()
    tables: Sequence[Tabulate] = ()

    def section(self, overview: Overview, say: Wording) -> PageSection:
        """The part for an overview."""
        charts = [_chart(draw, overview, say) for draw in self.charts]
        return PageSection(
            self.name, say(self.title), charts, [table(overview, say) for table in self.tables]
        )


#: The page, from top to bottom.
PARTS = (
    SectionPlan(
        "accuracy",
        Text("Acurácia", "Accuracy"),
        (Wide(accuracy_chart), hits_chart, evidence_chart),
        (tables.windows, tables.evidence, standing_tables.references, standing_tables.trends),
    ),
    SectionPlan(
        "claims",
        Text("Confiança e números", "Confidence and numbers"),
        (calibration_chart, numbers_chart),
        (tables.calibration, tables.money, standing_tables.tiers),
    ),
    SectionPlan(
        "activity",
        Text("Desempenho", "Performance"),
        (volume_chart, latency_chart, Wide(errors_chart)),
    ),
    SectionPlan(
        "alerts",
        Text("Alertas", "Alerts"),
        tables=(alert_tables.rules, alert_tables.alerts, alert_tables.notifications),
    ),
    SectionPlan(
        "operations",
        Text("Operação", "Operation"),
        tables=(tables.draws, tables.runs, tables.resources),
    ),
)


def view(overview: Overview, say: Wording) -> View:
    """The content for an overview."""
    return View(tiles(overview, say), [part.section(overview, say) for part in PARTS])


def _chart(draw: Draw | Wide, overview: Overview, say: Wording) -> ChartView:
    is_wide = isinstance(draw, Wide)
    chart = draw.draw(overview, say) if isinstance(draw, Wide) else draw(overview, say)
    return ChartView(chart, as_table(chart, say), is_wide)
