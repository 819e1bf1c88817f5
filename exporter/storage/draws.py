"""Draw results: recorded once, corrected with a trace, matched to predictions exactly."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from exporter.domain.games import Game
from exporter.domain.matching import Slot, open_after
from exporter.domain.results import Result
from exporter.storage import evidence, scores
from exporter.storage.identities import game_id, lock_game
from exporter.storage.rollups import add_to_game
from exporter.storage.schema import draw_corrections, draws
from exporter.storage.scores import Draw

_LOW_BITS = (1 << 63) - 1


class Recorded(StrEnum):
    """What recording a result did."""

    NEW = "new"
    REPEATED = "repeated"
    CORRECTED = "corrected"


class DrawIsClosed(ValueError):  # noqa: N818 - reads as the sentence it is
    """A correction came after the draw's raw predictions were cleaned up: it cannot be scored."""

    def __init__(self, number: int, cleaned: int) -> None:
        super().__init__(
            f"draw_number: {number} is closed: {cleaned} of its predictions were cleaned up, "
            "so its score cannot be corrected"
        )


def record(
    connection: Connection, game: Game, result: Result, *, now: int, recorded_by: str
) -> Recorded:
    """Keeps a result and scores what it decides, in the caller's transaction.

    The same result again changes nothing. Another one for the same draw is a correction:
    what was there is kept in draw_corrections and every score follows.
    """
    key = game_id(connection, game.name)
    lock_game(connection, key, exclusive=True)
    before = find(connection, key, result.number)
    if before and _same(before, result):
        return Recorded.REPEATED
    if before and before.cleaned:
        raise DrawIsClosed(result.number, before.cleaned)
    neighbours = {_neighbour(connection, key, before.drawn_at, after=True)} if before else set()
    _keep(connection, key, result, before, now)
    _count_numbers(connection, game, key, result, before)
    if before:
        _trace(connection, before, result, now, recorded_by)
    neighbours |= {result.number, _neighbour(connection, key, result.drawn_at, after=True)}
    for number in sorted(n for n in neighbours if n is not None):
        anew = number == result.number
        _settle(connection, game, key, number, anew=anew, is_new=anew and before is None)
    outcome = Recorded.CORRECTED if before else Recorded.NEW
    add_to_game(connection, key, "draw_corrections" if before else "draw_results")
    return outcome


def find(connection: Connection, key: int, number: int) -> Draw | None:
    """The recorded draw with this number of a game (by id)."""
    query = select(draws).where(draws.c.game_id == key, draws.c.number == number)
    row = connection.execute(query).one_or_none()
    return load(row) if row else None


def load(row: Row[Any]) -> Draw:
    """The draw a row holds."""
    prizes = {int(hits): cents for hits, cents in json.loads(row.prizes or "{}").items()}
    numbers = row.numbers | (row.numbers_high or 0) << 63
    moments = row.drawn_at, row.open_after
    return Draw(row.game_id, row.number, *moments, numbers, Prizes(prizes), row.cleaned)


class Prizes(dict[int, int]):
    """Cents by hits; hashable, as a Draw is used as a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # never changed once it is loaded
        return hash(tuple(sorted(self.items())))


def _same(before: Draw, result: Result) -> bool:
    known = (before.drawn_at, before.numbers, dict(before.prizes))
    return known == (result.drawn_at, result.numbers, dict(result.prizes))


def _keep(connection: Connection, key: int, result: Result, before: Draw | None, now: int) -> None:
    values = {
        "drawn_at": result.drawn_at,
        "open_after": before.open_after if before else result.drawn_at,
        "numbers": result.numbers & _LOW_BITS,
        "numbers_high": result.numbers >> 63 or None,
        "prizes": json.dumps(dict(result.prizes)) if result.prizes else None,
    }
    if before:
        this = (draws.c.game_id == key, draws.c.number == result.number)
        connection.execute(update(draws).where(*this).values(values))
    else:
        values |= {"game_id": key, "number": result.number, "recorded_at": now, "cleaned": 0}
        connection.execute(insert(draws).values(values))


def _count_numbers(
    connection: Connection, game: Game, key: int, result: Result, before: Draw | None
) -> None:
    """Keeps how often each number was drawn, for the check of the feed."""
    for k in range(game.pool):
        change = (result.numbers >> k & 1) - (before.numbers >> k & 1 if before else 0)
        if change:
            add_to_game(connection, key, drawn_measure(k), change)


def drawn_measure(k: int) -> str:
    """The game total that counts how often the pool's number k (from 0) was drawn."""
    return f"drawn_{k}"


def _trace(
    connection: Connection, before: Draw, result: Result, now: int, recorded_by: str
) -> None:
    row = {
        "game_id": before.game_id,
        "number": before.number,
        "corrected_at": now,
        "corrected_by": recorded_by,
        "before": _body(before.drawn_at, before.numbers, before.prizes),
        "after": _body(result.drawn_at, result.numbers, result.prizes),
    }
    connection.execute(insert(draw_corrections).values(row))


def _body(drawn_at: int, numbers: int, prizes: Mapping[int, int]) -> str:
    return json.dumps({"drawn_at": drawn_at, "numbers": str(numbers), "prizes": dict(prizes)})


def _neighbour(connection: Connection, key: int, moment: int, *, after: bool) -> int | None:
    found = connection.execute(_beside(key, moment, after=after)).first()
    return found.number if found else None


def _beside(key: int, moment: int, *, after: bool) -> Select[Any]:
    c = draws.c
    near = c.drawn_at > moment if after else c.drawn_at < moment
    order = c.drawn_at if after else c.drawn_at.desc()
    return select(draws).where(c.game_id == key, near).order_by(order).limit(1)


def _settle(
    connection: Connection, game: Game, key: int, number: int, *, anew: bool, is_new: bool
) -> None:
    """Opens a draw's window where the draws beside it say, and scores it if that changed."""
    draw = find(connection, key, number)
    if draw is None:
        return
    row = connection.execute(_beside(key, draw.drawn_at, after=False)).first()
    previous = Slot(row.number, row.drawn_at) if row else None
    opens = open_after(Slot(number, draw.drawn_at), previous, game.calendar)
    if draw.cleaned or (opens == draw.open_after and not anew):
        return
    this = (draws.c.game_id == key, draws.c.number == number)
    connection.execute(update(draws).where(*this).values(open_after=opens))
    moved = draw._replace(open_after=opens)
    changed = scores.rescore(connection, game, moved)
    evidence.follow(connection, moved, changed, is_new=is_new)


def missing(connection: Connection, key: int) -> int:
    """Draw numbers between the first and the newest result that have no result."""
    c = draws.c
    query = select(func.min(c.number), func.max(c.number), func.count()).where(c.game_id == key)
    first, last, count = connection.execute(query).one()
    return int(last - first + 1 - count) if count else 0
