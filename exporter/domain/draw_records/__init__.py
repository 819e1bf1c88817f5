"""Reading a record of draws: lines come in, draws and faults come out.

A line that cannot be read is a fault with its number and reason, and the rest goes on:
nothing here raises for what a record holds.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from exporter.domain.draw_records.csv_form import read_csv
from exporter.domain.draw_records.json_form import read_json
from exporter.domain.draw_records.record import DrawRecord, Fault, Row, parse_day
from exporter.domain.games import Game
from exporter.domain.moments import to_micros
from exporter.domain.results import InvalidResult, check_draw

__all__ = ["DrawRecord", "Fault", "parse_day", "parse_draws"]


def parse_draws(
    lines: Iterable[str], game: Game, now: int | None = None
) -> Iterator[DrawRecord | Fault]:
    """The draws of a record of `game` in the record's order, and a fault for each bad line.

    A draw that is given again is passed over when it is the same, and a fault when not. With
    `now` (microseconds) so is one that no result can be recorded of.
    """
    numbered = ((at, line) for at, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    read = read_json if first[1].lstrip()[0] in "[{" else read_csv
    rows = read(chain([first], numbered), game)
    yield from _once_each(rows if now is None else _recordable(rows, game, now))


def _recordable(rows: Iterable[Row], game: Game, now: int) -> Iterator[Row]:
    for at, found in rows:
        try:
            if isinstance(found, DrawRecord):
                check_draw(game, found.number, to_micros(game.calendar.moment(found.day)), now)
        except InvalidResult as error:
            yield at, Fault(at, str(error))
        else:
            yield at, found


def _once_each(rows: Iterable[Row]) -> Iterator[DrawRecord | Fault]:
    seen: dict[int, Row] = {}
    for at, found in rows:
        if isinstance(found, Fault):
            yield found
            continue
        before, same = seen.setdefault(found.number, (at, found))
        if before == at:
            yield found
        elif same != found:
            yield Fault(at, f"draw {found.number} was given otherwise on line {before}")
