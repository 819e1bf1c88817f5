"""Reading predictor calls step by step: volume, errors and latency over a span."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.moments import SECOND, from_micros
from exporter.domain.periods import Period
from exporter.services.figures.performance import MEASURES, performance
from exporter.services.overview.shapes import Activity, Span, Step
from exporter.storage.read_figures import hourly_cells, period_cells

Sums = Counter[tuple[str, int]]


def read_activity(
    connection: Connection, game: Game, models: Sequence[int], span: Span, now: int
) -> Activity:
    """Calls of the span that ends `now`, and their total in the span before."""
    period = Period(now - span.length, now).in_whole_hours()
    starts = step_starts(game, period, span.step)
    sums: dict[int, Sums] = {start: Counter() for start in starts}
    for cell in hourly_cells(connection, models, MEASURES, period):
        sums[step_of(game, cell.start, span.step)][cell.measure, cell.bucket] += cell.value
    steps = [
        Step(start, found["predictions", 0], performance(found, span.step))
        for start, found in sums.items()
    ]
    total: Sums = sum(sums.values(), Counter())
    before = _sums(connection, models, Period(period.start - span.length, period.start))
    return Activity(span, steps, performance(total, span.length), performance(before, span.length))


def step_starts(game: Game, period: Period, step: int) -> list[int]:
    """Starts of the steps that a period touches."""
    return list(range(step_of(game, period.start, step), period.end, step))


def step_of(game: Game, moment: int, step: int) -> int:
    """The start of the step that holds a moment; days begin at the game's midnight."""
    offset = from_micros(moment).astimezone(ZoneInfo(game.calendar.zone)).utcoffset()
    shift = int(offset.total_seconds()) * SECOND if offset else 0
    return (moment + shift) // step * step - shift


def _sums(connection: Connection, models: Sequence[int], period: Period) -> Sums:
    found: Sums = Counter()
    for cell in period_cells(connection, models, MEASURES, period):
        found[cell.measure, cell.bucket] += cell.value
    return found
