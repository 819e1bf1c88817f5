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

__all__ = ["DrawRecord", "Fault", "parse_day", "parse_draws"]


def parse_draws(lines: Iterable[str], game: Game) -> Iterator[DrawRecord | Fault]:
    """The draws of a record of `game` in the record's order, and a fault for each bad line.

    A draw that is given again is passed over when it is the same, and a fault when not.
    """
    numbered = ((at, line) for at, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    read = read_json if first[1].lstrip()[0] in "[{" else read_csv
    yield from _once_each(read(chain([first], numbered), game))


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
