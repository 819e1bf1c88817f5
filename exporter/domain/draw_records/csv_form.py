"""Draws as CSV: number, date and the drawn numbers, with or without a header.

Columns are found by the public record's names (Concurso; Data Sorteio; Bola1; …; Rateio 15
acertos), else by position. Each physical line is read by itself, so that a stray quote costs
one line and not the rest.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import chain

from exporter.domain.draw_records.record import (
    DrawRecord,
    Entry,
    UnreadableDraw,
    draw_of,
    shown,
)
from exporter.domain.games import Game

_DELIMITERS = ";,\t"
_BALL = re.compile(r"(?:d|n|bola|dezena) ?_?(\d{1,3})")
_PRIZE = re.compile(r"rateio (\d{1,3}) acertos?")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which cell of a line holds what; `exact` when there may be no others."""

    number: int
    day: int
    balls: Sequence[int]
    prizes: Mapping[int, int] = field(default_factory=dict)
    exact: bool = False

    def fit(self, cells: Sequence[str]) -> bool:
        needed = max(self.number, self.day, *self.balls) + 1
        return len(cells) == needed if self.exact else len(cells) >= needed


def read_csv(lines: Iterable[tuple[int, str]], game: Game) -> Iterator[Entry]:
    """What reads the draws of numbered lines (at least one, none blank)."""
    rows = iter(lines)
    first = next(rows)
    delimiter = max(_DELIMITERS, key=first[1].count)
    header = _cells(first[1], delimiter)
    columns = _Columns(0, 1, range(2, 2 + game.drawn), exact=True)
    if any(cell.isdecimal() for cell in header):  # no header but data
        rows = chain([first], rows)
    else:
        columns = _named(header, game) or columns
    for at, line in rows:
        yield at, partial(_draw, _cells(line, delimiter), columns, game)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]
    return [cell.strip() for cell in cells]


def _named(header: Sequence[str], game: Game) -> _Columns | None:
    """The columns by their names; None where the names are not known."""
    names = {name.casefold(): at for at, name in enumerate(header)}
    number = names.get("concurso", names.get("numero"))
    day = next((at for name, at in names.items() if name.startswith("data")), None)
    balls = {int(match[1]): at for name, at in names.items() if (match := _BALL.fullmatch(name))}
    if number is None or day is None or len(balls) != game.drawn:
        return None
    prizes = {int(match[1]): at for name, at in names.items() if (match := _PRIZE.fullmatch(name))}
    return _Columns(number, day, [balls[k] for k in sorted(balls)], prizes)


def _draw(cells: Sequence[str], columns: _Columns, game: Game) -> DrawRecord:
    while columns.exact and cells and not cells[-1]:  # delimiters at the line's end
        cells = cells[:-1]
    if not columns.fit(cells):
        needs = f"{game.drawn + 2}: number, date and {game.drawn} numbers"
        raise UnreadableDraw(f"{len(cells)} columns, {game.name} needs {needs}")
    amounts = {
        hits: cells[at] for hits, at in columns.prizes.items() if at < len(cells) and cells[at]
    }
    prizes = {hits: _cents(text) for hits, text in amounts.items()}
    balls = [cells[at] for at in columns.balls]
    return draw_of(cells[columns.number], cells[columns.day], balls, prizes, game)


def _cents(text: str) -> int:
    """Cents of an amount as the public writes it: R$1.234,56."""
    digits = text.replace("R$", "").replace(".", "").strip()
    if not re.fullmatch(r"\d{1,13}(,\d{1,2})?", digits, re.ASCII):
        raise UnreadableDraw(f"prize {shown(text)} must be an amount such as R$1.234,56")
    return int(Decimal(digits.replace(",", ".")) * 100)
