"""What the page shows of an overview, ready for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.services.overview.shapes import Overview
from exporter.services.presentation import alert_tables, standing_tables, tables
from exporter.services.presentation.charts import (
    Chart,
    accuracy_chart,
    as_table,
    calibration_chart,
    errors_chart,
    evidence_chart,
    hits_chart,
    latency_chart,
    numbers_chart,
    volume_chart,
)
from exporter.services.presentation.shapes import Table, Tile
from exporter.services.presentation.tiles import tiles
from exporter.services.presentation.wording import Wording


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart and its values as a table."""

    chart: Chart
    values: Table
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under one heading."""

    name: str
    title: str
    charts: Sequence[ChartView]
    tables: Sequence[Table]


@dataclass(frozen=True, slots=True)
class View:
    """The page's moving content."""

    tiles: Sequence[Tile]
    sections: Sequence[Section]

    def figures(self) -> dict[str, Any]:
        """The figures by the names of their charts; None where there is nothing to draw."""
        views = (view for section in self.sections for view in section.charts)
        return {view.chart.name: view.chart.figure for view in views}


def view(overview: Overview, say: Wording) -> View:
    """The content for an overview."""
    return View(
        tiles(overview, say),
        [
            _accuracy(overview, say),
            _claims(overview, say),
            _activity(overview, say),
            _alerts(overview, say),
            _operations(overview, say),
        ],
    )


def _accuracy(overview: Overview, say: Wording) -> Section:
    charts = [
        _chart(accuracy_chart(overview, say), say, wide=True),
        _chart(hits_chart(overview, say), say),
        _chart(evidence_chart(overview, say), say),
    ]
    shown = [
        tables.windows(overview, say),
        tables.evidence(overview, say),
        standing_tables.references(overview, say),
        standing_tables.trends(overview, say),
    ]
    return Section("accuracy", say("accuracy_section"), charts, shown)


def _claims(overview: Overview, say: Wording) -> Section:
    charts = [
        _chart(calibration_chart(overview, say), say),
        _chart(numbers_chart(overview, say), say),
    ]
    shown = [
        tables.calibration(overview, say),
        tables.money(overview, say),
        standing_tables.tiers(overview, say),
    ]
    return Section("claims", say("claims_section"), charts, shown)


def _activity(overview: Overview, say: Wording) -> Section:
    charts = [
        _chart(volume_chart(overview, say), say),
        _chart(latency_chart(overview, say), say),
        _chart(errors_chart(overview, say), say, wide=True),
    ]
    return Section("activity", say("activity_section"), charts, [])


def _alerts(overview: Overview, say: Wording) -> Section:
    made = (alert_tables.rules, alert_tables.alerts, alert_tables.notifications)
    shown = [table(overview, say) for table in made]
    return Section("alerts", say("alerts_section"), [], shown)


def _operations(overview: Overview, say: Wording) -> Section:
    made = (tables.draws, tables.runs, tables.resources)
    shown = [table(overview, say) for table in made]
    return Section("operations", say("operations_section"), [], shown)


def _chart(chart: Chart, say: Wording, *, wide: bool = False) -> ChartView:
    return ChartView(chart, as_table(chart, say), wide)
