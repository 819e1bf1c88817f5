"""Charts as plotly figures: plain JSON values, drawn by the page."""

from exporter.services.presentation.charts.accuracy import accuracy_chart, hits_chart
from exporter.services.presentation.charts.activity import errors_chart, latency_chart, volume_chart
from exporter.services.presentation.charts.claims import (
    calibration_chart,
    evidence_chart,
    numbers_chart,
)
from exporter.services.presentation.charts.figure import Chart, as_table

__all__ = [
    "Chart",
    "accuracy_chart",
    "as_table",
    "calibration_chart",
    "errors_chart",
    "evidence_chart",
    "hits_chart",
    "latency_chart",
    "numbers_chart",
    "volume_chart",
]
