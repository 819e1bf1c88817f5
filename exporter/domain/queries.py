"""What can be asked of the figures: frozen values, made at the edge, answered by the services."""

from dataclasses import dataclass, field
from enum import StrEnum

from exporter.domain.moments import DAY
from exporter.domain.periods import Period

#: Confidence is not a dimension of the roll-ups: that filter reads raw rows, so it is bounded.
LONGEST_RAW_PERIOD = 92 * DAY
#: The window of accuracy that is shown when none is asked for, in draws.
DEFAULT_WINDOW = 30


class MetricType(StrEnum):
    """The kinds of figures."""

    ACCURACY = "accuracy"
    PERFORMANCE = "performance"
    PREDICTIONS = "predictions"
    SYSTEM = "system"


class GroupBy(StrEnum):
    """What figures can be broken down by; hours are UTC, days those of the query's zone."""

    HOUR = "hour"
    DAY = "day"
    MODEL_VERSION = "model_version"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which predictions count. None: no restriction, but control models are never in totals."""

    game: str | None = None
    model_version: str | None = None
    role: str | None = None
    confidence_min: int | None = None  # millionths, included
    confidence_max: int | None = None  # millionths, included

    @property
    def needs_raw_rows(self) -> bool:
        """Whether the roll-ups cannot answer this."""
        return self.confidence_min is not None or self.confidence_max is not None


@dataclass(frozen=True, slots=True)
class FiguresQuery:
    """Figures of some types over a period, broken down or not."""

    period: Period
    zone: str
    types: tuple[MetricType, ...] = tuple(MetricType)
    group_by: tuple[GroupBy, ...] = ()
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class SummaryQuery:
    """Where things stand: accuracy over a window of draws, the rest over a period that ends now."""

    period: Period
    window: int = DEFAULT_WINDOW
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """One page of a list, newest first: the rows before `before` (a row's own key)."""

    limit: int
    before: tuple[int, ...] | None = None
    selection: Selection = field(default_factory=Selection)
    period: Period | None = None
