"""What is shown: tiles and tables, of plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from exporter.domain.verdicts import Standing


class Tone(StrEnum):
    """How a figure should strike the eye."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    MUTED = "muted"


class Cell(NamedTuple):
    """A table's cell."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its name and what to compare it with."""

    name: str
    label: str
    value: str
    note: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the columns in `words` hold words, the others numbers.

    Without rows, `nothing` says why. `note` tells how to read it. `grouped`: rows that share
    their first cell stand together below it.
    """

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    nothing: str
    note: str = ""
    words: frozenset[int] = frozenset({0})
    grouped: bool = False

    def groups(self) -> list[list[Sequence[Cell]]]:
        """The rows, parted where the first cell changes."""
        return [list(rows) for _, rows in groupby(self.rows, key=lambda row: row[0])]


def tone_of(standing: Standing) -> Tone:
    """Green for better than chance, red for worse; chance itself is no alarm."""
    tones = {Standing.BETTER: Tone.GOOD, Standing.WORSE: Tone.BAD, Standing.UNKNOWN: Tone.MUTED}
    return tones.get(standing, Tone.PLAIN)
