"""Draw results: recorded once, corrected with a trace, matched to predictions exactly."""

import json
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from exporter.domain.fates import Fate
from exporter.domain.games import Game
from exporter.domain.matching import Slot, open_after
from exporter.domain.results import Result
from exporter.domain.tickets import joined, split
from exporter.storage import driver, evidence, result_keys, scores
from exporter.storage.identities import locked_game
from exporter.storage.rollups import add_to_game
from exporter.storage.schema import draw_corrections, draws
from exporter.storage.scores import Draw

_c = draws.c
_OF_GAME = _c.game_id == bindparam("of_game")
_THIS = and_(_OF_GAME, _c.number == bindparam("of_number"))
_FIND = select(draws).where(_THIS)
# Draws of the same moment are ordered by number, so that each prediction has one draw.
_AFTER = or_(
    _c.drawn_at > bindparam("moment"),
    and_(_c.drawn_at == bindparam("moment"), _c.number > bindparam("of_number")),
)
_BEFORE = or_(
    _c.drawn_at < bindparam("moment"),
    and_(_c.drawn_at == bindparam("moment"), _c.number < bindparam("of_number")),
)
_NEXT = select(draws).where(_OF_GAME, _AFTER).order_by(_c.drawn_at, _c.number).limit(1)
_PREVIOUS = (
    select(draws).where(_OF_GAME, _BEFORE).order_by(_c.drawn_at.desc(), _c.number.desc()).limit(1)
)
_INSERT = insert(draws)
_CHANGE = (
    update(draws)
    .where(_THIS)
    .values(
        {
            name: bindparam(name)
            for name in ("drawn_at", "open_after", "numbers", "numbers_high", "prizes")
        }
    )
)
_RECORDED_AT = select(_c.recorded_at).where(_THIS)
_CORRECTIONS = (
    select(draw_corrections)
    .where(
        draw_corrections.c.game_id == bindparam("of_game"),
        draw_corrections.c.number == bindparam("of_number"),
    )
    .order_by(draw_corrections.c.id)
)
_COUNT = select(func.min(_c.number), func.max(_c.number), func.count()).where(_OF_GAME)


class DrawIsClosed(ValueError):
    """A correction came after the draw's raw predictions were cleaned up: it cannot be scored."""

    def __init__(self, number: int, cleaned: int) -> None:
        super().__init__(
            f"draw_number: {number} is closed: {cleaned} of its predictions were cleaned up, "
            "so its score cannot be corrected"
        )


class Prizes(dict[int, int]):
    """Cents by hits; hashable, as a Draw is used as a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # never changed once it is loaded
        return hash(tuple(sorted(self.items())))


def record(
    connection: Connection,
    game: Game,
    result: Result,
    *,
    now: int,
    recorded_by: str,
    key: str | None = None,
) -> Fate:
    """Keeps a result and scores what it decides, in the caller's transaction.

    The same result again changes nothing. Another one for the same draw is a correction:
    what was there is kept in draw_corrections and every score follows. But what the draw already
    said once, with a moment (`now`) no newer than the newest told of it, is a repetition that
    came late and changes nothing; so is what came with this idempotency `key` before. Raises
    DrawIsClosed, ConflictingKey when the key came with another result.
    """
    of_game = locked_game(connection, game.name, exclusive=True)
    said = (of_game, result.number, _said(result))
    if key and result_keys.was_used(connection, key, *said):
        return Fate.REPEATED
    fate = _record(connection, game, of_game, result, now, recorded_by)
    if key:
        result_keys.keep(connection, key, *said)
    return fate


def _record(
    connection: Connection, game: Game, of_game: int, result: Result, now: int, recorded_by: str
) -> Fate:
    before = find(connection, of_game, result.number)
    if before is None:
        _keep(connection, game, of_game, result, now)
        return Fate.NEW
    if _said(before) == _said(result) or _was_told(connection, before, result, now):
        return Fate.REPEATED
    if before.cleaned:
        raise DrawIsClosed(before.number, before.cleaned)
    _correct(connection, game, before, result, now, recorded_by)
    return Fate.CORRECTED


def _was_told(connection: Connection, draw: Draw, result: Result, moment: int) -> bool:
    """Whether the draw said this before, and what was told of it last is no older.

    A repetition leaves no row, so its own moment is not known. What was never said always counts:
    clocks differ, and a correction must not be lost to one that is slow.
    """
    this = {"of_game": draw.game_id, "of_number": draw.number}
    corrections = connection.execute(_CORRECTIONS, this).all()
    if _said(result) not in {said for row in corrections for said in (row.before, row.after)}:
        return False
    recorded: int = connection.execute(_RECORDED_AT, this).scalar_one()
    newest: int = max(recorded, *(row.corrected_at for row in corrections))
    return moment <= newest


def find(connection: Connection, key: int, number: int) -> Draw | None:
    """The recorded draw with this number of a game (by id)."""
    return _first(driver.select(connection, _FIND, of_game=key, of_number=number))


def load(row: Row[Any]) -> Draw:
    """The draw a row holds."""
    prizes = {int(hits): cents for hits, cents in json.loads(row.prizes or "{}").items()}
    numbers = joined(row.numbers, row.numbers_high)
    moments = row.drawn_at, row.open_after
    return Draw(row.game_id, row.number, *moments, numbers, Prizes(prizes), row.cleaned)


def missing(connection: Connection, key: int) -> int:
    """Draw numbers between the first and the newest result that have no result."""
    first, last, count = connection.execute(_COUNT, {"of_game": key}).one()
    return int(last - first + 1 - count) if count else 0


def drawn_measure(k: int) -> str:
    """The game total that counts how often the pool's number k (from 0) was drawn."""
    return f"drawn_{k}"


def _keep(connection: Connection, game: Game, key: int, result: Result, now: int) -> None:
    draw = opened(connection, game, _draw(key, result))
    values = {"game_id": key, "number": draw.number, "recorded_at": now, "cleaned": 0}
    driver.change(connection, _INSERT, **values, **_values(draw))
    add_to_game(connection, key, {"draw_results": 1} | _drawn(result.numbers, 0, game))
    changed = scores.rescore(connection, game, draw)
    evidence.follow(connection, draw, changed, is_new=True)
    _settle(connection, game, _beside(connection, _NEXT, draw))


def _correct(
    connection: Connection, game: Game, before: Draw, result: Result, now: int, recorded_by: str
) -> None:
    key = before.game_id
    follower = _beside(connection, _NEXT, before)
    change(connection, _draw(key, result))
    draw = opened(connection, game, _draw(key, result))
    change(connection, draw)
    _trace(connection, before, draw, now, recorded_by)
    numbers = _drawn(result.numbers, before.numbers, game)
    add_to_game(connection, key, {"draw_corrections": 1} | numbers)
    changed = scores.rescore(connection, game, draw)
    evidence.follow(connection, draw, changed, is_new=False)
    _settle(connection, game, follower)
    _settle(connection, game, _beside(connection, _NEXT, draw))


def _settle(connection: Connection, game: Game, neighbour: Draw | None) -> None:
    """Scores a draw anew whose window opens elsewhere now; what was cleaned up stays with it."""
    draw = find(connection, neighbour.game_id, neighbour.number) if neighbour else None
    if draw is None:
        return
    moved = opened(connection, game, draw)
    if moved.open_after != draw.open_after:
        cleaned = scores.cleaned_scores(connection, game, draw) if draw.cleaned else {}
        change(connection, moved)
        changed = scores.rescore(connection, game, moved, cleaned)
        evidence.follow(connection, moved, changed, is_new=False)


def opened(connection: Connection, game: Game, draw: Draw) -> Draw:
    """The draw with its window opened where the recorded draw before it says."""
    previous = _beside(connection, _PREVIOUS, draw)
    slot = Slot(previous.number, previous.drawn_at) if previous else None
    opens = open_after(Slot(draw.number, draw.drawn_at), slot, game.calendar)
    return draw._replace(open_after=opens)


def _beside(connection: Connection, query: Any, draw: Draw) -> Draw | None:
    values = {"of_game": draw.game_id, "of_number": draw.number, "moment": draw.drawn_at}
    return _first(driver.select(connection, query, **values))


def _first(rows: list[Any]) -> Draw | None:
    return load(rows[0]) if rows else None


def _draw(key: int, result: Result) -> Draw:
    prizes = Prizes(result.prizes)
    return Draw(key, result.number, result.drawn_at, result.drawn_at, result.numbers, prizes)


def _values(draw: Draw) -> dict[str, Any]:
    low, high = split(draw.numbers)
    return {
        "drawn_at": draw.drawn_at,
        "open_after": draw.open_after,
        "numbers": low,
        "numbers_high": high,
        "prizes": json.dumps(draw.prizes) if draw.prizes else None,
    }


def change(connection: Connection, draw: Draw) -> None:
    """Writes a recorded draw's row anew."""
    this = {"of_game": draw.game_id, "of_number": draw.number}
    driver.change(connection, _CHANGE, **this, **_values(draw))


def _drawn(numbers: int, before: int, game: Game) -> dict[str, int]:
    """How the counts of drawn numbers change, for the check of the feed."""
    changes = {k: (numbers >> k & 1) - (before >> k & 1) for k in range(game.pool)}
    return {drawn_measure(k): change for k, change in changes.items() if change}


def _trace(connection: Connection, before: Draw, draw: Draw, now: int, recorded_by: str) -> None:
    row = {
        "game_id": before.game_id,
        "number": before.number,
        "corrected_at": now,
        "corrected_by": recorded_by,
        "before": _said(before),
        "after": _said(draw),
    }
    connection.execute(insert(draw_corrections).values(row))


def _said(result: Draw | Result) -> str:
    """What a result says, always in the same words."""
    fields = {"drawn_at": result.drawn_at, "numbers": str(result.numbers)}
    return json.dumps(fields | {"prizes": dict(result.prizes)}, sort_keys=True)
