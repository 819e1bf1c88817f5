"""The shapes that answers about figures have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The period asked for, and the whole hours of it that roll-ups cover; ends are excluded."""

    start: datetime
    end: datetime
    time_zone: str
    rollups_start: datetime
    rollups_end: datetime


@dataclass(frozen=True)
class Group(Generic[Figures]):
    """Figures of one group, with what the group has in common."""

    group: Mapping[str, str]
    figures: Figures


@dataclass(frozen=True)
class Section(Generic[Figures]):
    """Figures of the whole period, and broken down where that was asked for."""

    total: Figures
    groups: Sequence[Group[Figures]]


@dataclass(frozen=True)
class Answer(Generic[Figures]):
    """Data, and what a reader should know about them."""

    data: Figures
    warnings: Sequence[str] = ()
