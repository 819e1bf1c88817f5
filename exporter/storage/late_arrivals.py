"""Predictions that arrive when their draw's result is known already."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.matching import is_eligible
from exporter.domain.scoring import DrawScore, Ticket
from exporter.domain.scoring import score as score_tickets
from exporter.storage import evidence, scores
from exporter.storage.draws import load
from exporter.storage.rows import Columns, Row, run
from exporter.storage.scores import Draw

#: The draws that may concern a batch, and some between them.
_KNOWN = """SELECT * FROM draws WHERE game_id = ? AND (number BETWEEN ? AND ? OR drawn_at >= ?)
    ORDER BY drawn_at, number"""
_NEVER = 2**63 - 1


class DrawIsKnown(Exception):  # noqa: N818 - a signal to take the stronger lock, not an error
    """Some of a batch's draws have results: scoring them needs the game to itself."""


def find(connection: Connection, game_id: int, values: Columns) -> dict[Draw, list[Row]]:
    """The rows whose draw is known, by draw; `values` are the columns as ingest writes them."""
    moments, numbers = values[3], values[4]
    chosen = set(numbers)
    oldest, first, last = _NEVER, 1, 0
    if None in chosen:
        oldest = min(at for at, number in zip(moments, numbers, strict=True) if number is None)
        chosen.discard(None)
    if chosen:
        first, last = min(chosen), max(chosen)
    found = run(connection, _KNOWN, [game_id, first, last, oldest]).all()
    return _assign(zip(*values, strict=True), [load(row) for row in found]) if found else {}


def _assign(rows: Iterable[Row], known: Sequence[Draw]) -> dict[Draw, list[Row]]:
    by_number = {draw.number: draw for draw in known}
    found: dict[Draw, list[Row]] = defaultdict(list)
    for row in rows:
        draw = by_number.get(row[4]) if row[4] is not None else _drawn_next(known, row[3])
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


def _score(rows: Iterable[Row], draw: Draw, pool: int) -> DrawScore:
    in_time = [row for row in rows if is_eligible(row[3], draw.drawn_at)]
    late = sum(1 for row in rows) - len(in_time)
    return score_tickets(map(_ticket, in_time), draw.numbers, pool) + DrawScore(ineligible=late)


def _ticket(row: Row) -> Ticket:
    return row[5], row[6] | (row[7] or 0) << 63, row[8]
