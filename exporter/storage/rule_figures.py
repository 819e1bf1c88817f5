"""What the windows of users' alert rules hold: one reading for each length of window."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from exporter.domain.alerts import AlertRule, WindowUnit
from exporter.domain.periods import Period
from exporter.storage.read_figures import period_cells

MEASURES = (
    "predictions",
    "failures",
    "latency",
    "latency_sum",
    "confidence",
    "confidence_sum",
)
#: Cells of each model in each window, windows by their length in microseconds.
Recent = Mapping[int, Mapping[int, Mapping[tuple[str, int], int]]]


def read_recent(
    connection: Connection, rules: Sequence[AlertRule], models: Sequence[int], now: int
) -> Recent:
    """The cells of the models in the rules' windows that end `now` (microseconds)."""
    lengths = sorted({rule.micros for rule in rules if rule.span is WindowUnit.TIME})
    return {length: _cells(connection, models, rule_period(length, now)) for length in lengths}


def rule_period(length: int, now: int) -> Period:
    """The window in whole hours, since roll-ups are kept by the hour."""
    return Period(max(0, now - length), now).in_whole_hours()


def _cells(
    connection: Connection, models: Sequence[int], period: Period
) -> dict[int, dict[tuple[str, int], int]]:
    cells: dict[int, dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
    for cell in period_cells(connection, models, MEASURES, period):
        cells[cell.model_id][cell.measure, cell.bucket] += cell.value
    return cells
