"""Answers to questions about the figures: periods, the summary, and what happens now.

Roll-ups and scores are read, never raw predictions (but for a filter on confidence), so an
answer costs the same however many predictions are stored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from exporter.domain.games import Games
from exporter.domain.moments import from_micros
from exporter.domain.periods import Period
from exporter.domain.queries import FiguresQuery, GroupBy, MetricType, Selection, SummaryQuery
from exporter.figures.accuracy_figures import AccuracyFigures, accuracy
from exporter.figures.cells import add_up
from exporter.figures.performance import MEASURES as CALLS
from exporter.figures.performance import PerformanceFigures, performance
from exporter.figures.place import Place
from exporter.figures.prediction_figures import MEASURES as VOLUME
from exporter.figures.prediction_figures import PredictionFigures, predictions
from exporter.figures.scope import Breakdown, Row, Scope
from exporter.figures.shapes import Answer, Group, PeriodFigures, Section
from exporter.figures.standing import StandingData, read_standing
from exporter.figures.summary import LiveData, SummaryData, live, summary
from exporter.figures.system import SystemFigures, SystemReader
from exporter.recording.prepared_database import PreparedDatabase
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


@dataclass(frozen=True, slots=True)
class MetricsReader:
    """Reads figures; `now` gives microseconds. TooMuchToRead when a question has no bounds."""

    database: PreparedDatabase
    games: Games
    system: SystemReader
    now: Callable[[], int]

    def metrics(self, query: FiguresQuery) -> Answer[MetricsData]:
        """Figures of the query's types over its period."""
        with self._asking(query.selection) as place:
            asked = _Question(place, query)
            types = query.types
            data = MetricsData(
                period=asked.period_figures(),
                accuracy=asked.accuracy() if MetricType.ACCURACY in types else None,
                performance=asked.performance() if MetricType.PERFORMANCE in types else None,
                predictions=asked.predictions() if MetricType.PREDICTIONS in types else None,
                system=self.system.figures(place.connection, place.now)
                if MetricType.SYSTEM in types
                else None,
            )
        return Answer(data, list(asked.warnings(data)))

    def summary(self, query: SummaryQuery) -> Answer[SummaryData]:
        """Where things stand: the last window of draws, the last period, the system."""
        with self._asking(query.selection) as place:
            return summary(place, query, self.system.figures(place.connection, place.now))

    def standing(self, selection: Selection) -> Answer[StandingData]:
        """What every model version did since its start, beside chance."""
        with self._asking(selection) as place:
            data = read_standing(place.connection, place.games, place.scope)
            return Answer(data, place.scope.warnings())

    def live(self) -> Answer[LiveData]:
        """What happens now: this hour and the one before it, and the system."""
        with self._asking(Selection()) as place:
            return live(place, self.system.figures(place.connection, place.now))

    @contextmanager
    def _asking(self, selection: Selection) -> Iterator[Place]:
        with self.database.reading() as connection:
            scope = Scope.of(read_models(connection), selection)
            yield Place(connection, self.games, scope, self.now())


@dataclass(frozen=True)
class _Question:
    """A query, and where it is asked."""

    place: Place
    query: FiguresQuery

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

    def accuracy(self) -> Section[AccuracyFigures]:
        return self._section(
            self.query.period,
            self.place.scores,
            lambda rows, _: accuracy(self.place.games, self.place.scope, rows),
        )

    def performance(self) -> Section[PerformanceFigures]:
        return self._section(
            self.rolled_up,
            partial(self.place.cells, measures=CALLS),
            lambda cells, length: performance(add_up(cells), length),
        )

    def predictions(self) -> Section[PredictionFigures]:
        return self._section(
            self.rolled_up,
            partial(self.place.cells, measures=VOLUME),
            lambda cells, _: predictions(self.place.games, self.place.scope, cells),
        )

    def _section(
        self,
        period: Period,
        read: Callable[[Breakdown, Period], Iterable[Row]],
        work_out: Callable[[Sequence[Row], int], Figures],
    ) -> Section[Figures]:
        """Figures of the whole period, and of each group; `work_out` gets rows and their span."""
        whole, by = self._breakdown(()), self.query.group_by
        total = work_out(list(read(whole, period)), whole.length((), period))
        if not by:
            return Section(total, [])
        parts = self._breakdown(by)
        return Section(
            total,
            [
                Group(dict(key), work_out(rows, parts.length(key, period)))
                for key, rows in parts.split(read(parts, period))
            ],
        )

    def _breakdown(self, by: Sequence[GroupBy]) -> Breakdown:
        return Breakdown(self.place.scope, by, ZoneInfo(self.query.zone), self.place.now)

    def warnings(self, data: MetricsData) -> Iterator[str]:
        yield from self.place.scope.warnings()
        if self.place.scope.models and data.accuracy and data.accuracy.total.accuracy is None:
            yield "no draw of this period has scored predictions: accuracy is null"
        if self.query.selection.needs_raw_rows:
            yield "a filter on confidence leaves out failures and hits per ticket"
        elif self._cuts_hours() and (data.performance or data.predictions):
            yield "performance and predictions are kept by the hour: see rollups_start, rollups_end"

    def _cuts_hours(self) -> bool:
        custom = self.query.period.end != self.place.now
        return custom and self.query.period != self.rolled_up
