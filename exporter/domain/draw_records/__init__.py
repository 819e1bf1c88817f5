"""Reading a record of draws: lines come in, draws and faults come out.

A line that cannot be read is a fault with its number and reason, and the rest goes on:
nothing here raises for what a record holds.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from exporter.domain.draw_records.csv_form import read_csv
from exporter.domain.draw_records.json_form import read_json
from exporter.domain.draw_records.record import DrawRecord, Fault, parse_day
from exporter.domain.games import Game
from exporter.domain.moments import to_micros
from exporter.domain.results import check_draw

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
    entries = read_json if first[1].lstrip()[0] in "[{" else read_csv
    seen: dict[int, tuple[int, DrawRecord]] = {}
    for at, read in entries(chain([first], numbered), game):
        try:
            draw = read()
            if now is not None:
                check_draw(game, draw.number, to_micros(game.calendar.moment(draw.day)), now)
        except ValueError as error:
            yield Fault(at, str(error))
            continue
        before, same = seen.setdefault(draw.number, (at, draw))
        if before == at:
            yield draw
        elif same != draw:
            yield Fault(at, f"draw {draw.number} was given otherwise on line {before}")
