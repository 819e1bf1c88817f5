"""Flat rows for files: figures by time and model version, raw predictions, draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from exporter.domain.queries import FiguresQuery, GroupBy, MetricType, PageQuery
from exporter.figures.accuracy_figures import AccuracyFigures
from exporter.figures.listings import Listings, Page, PredictionEntry
from exporter.figures.metrics_query import MetricsReader
from exporter.figures.performance import PerformanceFigures
from exporter.figures.shapes import Section

Row = Mapping[str, Any]
_PAGE = 1000
_ACCURACY = (
    "draws",
    "predictions",
    "numbers_played",
    "hits",
    "accuracy",
    "chance",
    "expected_hits",
    "z_score",
    "p_value",
    "ineligible",
)
_PERFORMANCE = ("calls", "failures", "error_rate", "throughput_per_minute")
_PREDICTIONS = ("volume", "confidence_average")
_LATENCY = ("average", "p50", "p90", "p95", "p99")
#: What a cell cannot hold, or what is the draw's.
_LEFT_OUT = ("metadata", "winning_numbers")
PREDICTION_COLUMNS = tuple(f.name for f in fields(PredictionEntry) if f.name not in _LEFT_OUT)
DRAW_COLUMNS = ("game", "draw_number", "drawn_at", "recorded_at", "winning_numbers", "corrections")


def metric_columns(query: FiguresQuery) -> list[str]:
    """The columns of `metric_rows`, in order."""
    columns = ["hour" if GroupBy.HOUR in query.group_by else "day", "game", "model_version", "role"]
    if MetricType.PERFORMANCE in query.types:
        columns += [*_PERFORMANCE, *(f"latency_{name}_seconds" for name in _LATENCY)]
    if MetricType.PREDICTIONS in query.types:
        columns += _PREDICTIONS
    if MetricType.ACCURACY in query.types:
        columns += [name if name != "predictions" else "scored_predictions" for name in _ACCURACY]
    return columns


def metric_rows(reader: MetricsReader, query: FiguresQuery) -> list[Row]:
    """One row for each day (or hour) and model version with figures; raises TooMuchToRead."""
    time = GroupBy.HOUR if GroupBy.HOUR in query.group_by else GroupBy.DAY
    data = reader.metrics(replace(query, group_by=(time, GroupBy.MODEL_VERSION))).data
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    _merge(rows, data.performance, _performance)
    _merge(rows, data.predictions, lambda figures: _row(figures, _PREDICTIONS))
    _merge(rows, data.accuracy, _accuracy)
    return [rows[key] for key in sorted(rows)]


def prediction_rows(listings: Listings, query: PageQuery) -> Iterator[Row]:
    """Raw predictions, newest first, read a page at a time."""
    for entry in _all(listings.predictions, query):
        yield _row(entry, PREDICTION_COLUMNS)


def draw_rows(listings: Listings, query: PageQuery) -> Iterator[Row]:
    """Draws, newest first, read a page at a time."""
    for entry in _all(listings.draws, query):
        yield _row(entry, DRAW_COLUMNS)


def _all(read: Callable[[PageQuery], Page[Any]], query: PageQuery) -> Iterator[Any]:
    page = read(replace(query, limit=_PAGE))
    yield from page.entries
    while page.next_before:
        page = read(replace(query, limit=_PAGE, before=page.next_before))
        yield from page.entries


def _row(record: object, columns: Sequence[str]) -> Row:
    return {name: getattr(record, name) for name in columns}


def _merge(
    rows: dict[tuple[str, ...], dict[str, Any]],
    section: Section[Any] | None,
    flatten: Callable[[Any], Row],
) -> None:
    for group in section.groups if section else ():
        key = tuple(group.group.values())
        rows.setdefault(key, dict(group.group)).update(flatten(group.figures))


def _performance(figures: PerformanceFigures) -> Row:
    latency = figures.latency_seconds
    times = {f"latency_{name}_seconds": getattr(latency, name) for name in _LATENCY}
    return {**_row(figures, _PERFORMANCE), **times}


def _accuracy(figures: AccuracyFigures) -> Row:
    row = dict(_row(figures, _ACCURACY))
    return {"scored_predictions": row.pop("predictions"), **row}
