"""Predictions that arrive when their draw's result is known already."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.matching import is_eligible
from exporter.domain.moments import DAY
from exporter.domain.scoring import DrawScore, Ticket
from exporter.domain.scoring import score as score_tickets
from exporter.domain.tickets import joined
from exporter.storage import driver, evidence, scores
from exporter.storage.draws import load
from exporter.storage.driver import Row
from exporter.storage.rows import Columns
from exporter.storage.scores import Draw

#: Up to the first draw that is not before the last of some moments: each has its own among them.
_DRAWN = """SELECT * FROM draws WHERE game_id = ? AND drawn_at >= ? AND drawn_at <= COALESCE(
    (SELECT MIN(drawn_at) FROM draws WHERE game_id = ? AND drawn_at >= ?), ?)
    ORDER BY drawn_at, number"""
_NAMED = "SELECT * FROM draws WHERE game_id = ? AND number IN ({marks})"
#: Named draws that are asked for at once.
_AT_ONCE = 500
#: Moments that lie further apart are looked up apart, and not what was drawn between them.
_APART = 7 * DAY


class DrawIsKnown(Exception):
    """Some of a batch's draws have results: scoring them needs the game to itself."""


def find(connection: Connection, game_id: int, values: Columns) -> dict[Draw, list[Row]]:
    """The rows whose draw is known, by draw; `values` are the columns as ingest writes them."""
    moments, numbers = values[3], values[4]
    chosen = set(numbers)
    if None in chosen:
        chosen.discard(None)
        if chosen:
            given = zip(moments, numbers, strict=True)
            moments = [moment for moment, number in given if number is None]
        known = _drawn_near(connection, game_id, moments)
    else:
        known = []
    named = _named(connection, game_id, sorted(chosen))
    return _assign(zip(*values, strict=True), named, known) if named or known else {}


def _named(connection: Connection, game_id: int, numbers: Sequence[int]) -> dict[int, Draw]:
    found: dict[int, Draw] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        query = _NAMED.format(marks=", ".join("?" * len(some)))
        found |= {
            row.number: load(row) for row in driver.fetch_named(connection, query, [game_id, *some])
        }
    return found


def _drawn_near(connection: Connection, game_id: int, moments: Sequence[int]) -> list[Draw]:
    """Every draw that one of the moments can be for, in their order."""
    return [
        load(row)
        for first, last in _stretches(sorted(moments))
        for row in driver.fetch_named(connection, _DRAWN, [game_id, first, game_id, last, last])
    ]


def _stretches(moments: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of ascending moments with no long gap between them."""
    first = moments[0]
    if moments[-1] - first > _APART:  # seldom: a batch is of one day
        for moment, following in pairwise(moments):
            if following - moment > _APART:
                yield first, moment
                first = following
    yield first, moments[-1]


def _assign(
    rows: Iterable[Row], named: Mapping[int, Draw], known: Sequence[Draw]
) -> dict[Draw, list[Row]]:
    found: dict[Draw, list[Row]] = defaultdict(list)
    for row in rows:
        draw = named.get(row[4]) if row[4] is not None else _drawn_next(known, row[3])
        if draw:
            found[draw].append(row)
    return found


def _drawn_next(known: Sequence[Draw], moment: int) -> Draw | None:
    place = bisect_left(known, moment, key=attrgetter("drawn_at"))
    draw = known[place] if place < len(known) else None
    return draw if draw and draw.open_after < moment else None


def score(connection: Connection, game: Game, late: Mapping[Draw, list[Row]]) -> None:
    """Adds late rows to their draws' scores, without reading the ones that were there."""
    for draw, rows in late.items():
        by_model: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_model[row[2]].append(row)
        before = scores.stored_scores(connection, draw)
        changed = {model: _score(members, draw, game.pool) for model, members in by_model.items()}
        for model in changed.keys() & before.keys():
            changed[model] += before[model].score
        scores.put(connection, game, draw, changed, before)
    # Once for all of them: each reads all of a model's draws.
    for model in sorted({row[2] for rows in late.values() for row in rows}):
        evidence.renew(connection, model)


def _score(rows: Sequence[Row], draw: Draw, pool: int) -> DrawScore:
    in_time = [row for row in rows if is_eligible(row[3], draw.drawn_at)]
    late = len(rows) - len(in_time)
    return score_tickets(map(_ticket, in_time), draw.numbers, pool) + DrawScore(ineligible=late)


def _ticket(row: Row) -> Ticket:
    return joined(row[6], row[7]), row[8]
