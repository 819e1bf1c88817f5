"""Answers to questions about the figures: periods, the summary, and what happens now.

Roll-ups and scores are read, never raw predictions (but for a filter on confidence), so an
answer costs the same however many predictions are stored.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.domain.moments import from_micros
from exporter.domain.periods import Period
from exporter.domain.queries import FiguresQuery, GroupBy, MetricType, Selection, SummaryQuery
from exporter.services.figures.accuracy import AccuracyFigures, AccuracyReader
from exporter.services.figures.performance import PerformanceFigures, PerformanceReader
from exporter.services.figures.predictions import PredictionFigures, PredictionsReader
from exporter.services.figures.scope import Breakdown, GroupKey, Scope
from exporter.services.figures.shapes import Answer, Group, PeriodFigures, Section
from exporter.services.figures.summary import LiveData, SummaryData, SummaryReader
from exporter.services.figures.system import SystemFigures, SystemReader
from exporter.services.overview.standing import read_standing
from exporter.services.overview.standing_shapes import StandingData
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage.read_models import read_models

Figures = TypeVar("Figures")


@dataclass(frozen=True)
class MetricsData:
    """Figures of a period; None: not asked for."""

    period: PeriodFigures
    accuracy: Section[AccuracyFigures] | None = None
    performance: Section[PerformanceFigures] | None = None
    predictions: Section[PredictionFigures] | None = None
    system: SystemFigures | None = None


class _Reader(Protocol[Figures]):
    def over(
        self, connection: Connection, scope: Scope, breakdown: Breakdown, period: Period
    ) -> list[tuple[GroupKey, Figures]]: ...

    def nothing(self, scope: Scope) -> Figures: ...


class MetricsReader:
    """Reads figures; `now` gives microseconds. TooMuchToRead when a question has no bounds."""

    def __init__(
        self, database: PreparedDatabase, games: Games, system: SystemReader, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._games = games
        self._now = now
        self._accuracy = AccuracyReader(games)
        self._performance = PerformanceReader(games)
        self._predictions = PredictionsReader(games)
        self._system = system
        self._summary = SummaryReader(
            self._accuracy, self._performance, self._predictions, self._system
        )

    def metrics(self, query: FiguresQuery) -> Answer[MetricsData]:
        """Figures of the query's types over its period."""
        with self._database.reading() as connection:
            scope = Scope.of(read_models(connection), query.selection)
            asked = _Question(connection, scope, query, self._now())
            data = MetricsData(
                period=asked.period_figures(),
                accuracy=asked.section(MetricType.ACCURACY, self._accuracy, query.period),
                performance=asked.section(
                    MetricType.PERFORMANCE, self._performance, asked.rolled_up
                ),
                predictions=asked.section(
                    MetricType.PREDICTIONS, self._predictions, asked.rolled_up
                ),
                system=self._system.figures(connection, asked.now)
                if MetricType.SYSTEM in query.types
                else None,
            )
        return Answer(data, list(asked.warnings(data)))

    def summary(self, query: SummaryQuery) -> Answer[SummaryData]:
        """Where things stand: the last window of draws, the last period, the system."""
        with self._database.reading() as connection:
            scope = Scope.of(read_models(connection), query.selection)
            return self._summary.summary(connection, scope, query, self._now())

    def standing(self, selection: Selection) -> Answer[StandingData]:
        """What every model version did since its start, beside chance."""
        with self._database.reading() as connection:
            scope = Scope.of(read_models(connection), selection)
            return Answer(read_standing(connection, self._games, scope), scope.warnings())

    def live(self) -> Answer[LiveData]:
        """What happens now: this hour and the one before it, and the system."""
        with self._database.reading() as connection:
            scope = Scope.of(read_models(connection), Selection())
            return self._summary.live(connection, scope, self._now())


@dataclass(frozen=True)
class _Question:
    """A query with the models that it names and the moment at which it is asked."""

    connection: Connection
    scope: Scope
    query: FiguresQuery
    now: int

    @property
    def rolled_up(self) -> Period:
        """What is read for figures that are kept by the hour; raw rows need no whole hours."""
        raw = self.query.selection.needs_raw_rows
        return self.query.period if raw else self.query.period.in_whole_hours()

    def period_figures(self) -> PeriodFigures:
        asked, covered = self.query.period, self.rolled_up
        moments = (asked.start, asked.end, covered.start, covered.end)
        start, end, first, last = map(from_micros, moments)
        return PeriodFigures(start, end, self.query.zone, first, last)

    def section(
        self, kind: MetricType, reader: _Reader[Figures], period: Period
    ) -> Section[Figures] | None:
        if kind not in self.query.types:
            return None
        whole = self._read(reader, (), period)
        total = whole[0].figures if whole else reader.nothing(self.scope)
        by = self.query.group_by
        return Section(total, self._read(reader, by, period) if by else [])

    def _read(
        self, reader: _Reader[Figures], by: Sequence[GroupBy], period: Period
    ) -> list[Group[Figures]]:
        breakdown = Breakdown(self.scope, by, ZoneInfo(self.query.zone), self.now)
        found = reader.over(self.connection, self.scope, breakdown, period)
        return [Group(dict(key), figures) for key, figures in found]

    def warnings(self, data: MetricsData) -> Iterator[str]:
        yield from self.scope.warnings()
        if self.scope.models and data.accuracy and data.accuracy.total.accuracy is None:
            yield "no draw of this period has scored predictions: accuracy is null"
        if self.query.selection.needs_raw_rows:
            yield "a filter on confidence leaves out failures and hits per ticket"
        elif self._cuts_hours() and (data.performance or data.predictions):
            yield "performance and predictions are kept by the hour: see rollups_start, rollups_end"

    def _cuts_hours(self) -> bool:
        custom = self.query.period.end != self.now
        return custom and self.query.period != self.rolled_up
