"""Putting right what verification finds, as far as raw rows still tell."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, Engine, Table, delete, insert

from exporter.domain.games import Game, Games
from exporter.storage import draws, evidence, recomputation, scores
from exporter.storage.engine import reading, writing
from exporter.storage.identities import lock_game
from exporter.storage.read_figures import game_totals_of
from exporter.storage.recomputation import Cells, Coverage
from exporter.storage.retention import cleaned_before
from exporter.storage.rollups import TABLES, add_cells, add_to_game
from exporter.storage.schema import draw_scores, maintenance
from exporter.storage.scores import Draw
from exporter.storage.verification import (
    Check,
    draws_of,
    expected_game_totals,
    games_of,
    score_rows,
)


def rebuild(engine: Engine, definitions: Games, *, now: int) -> int:
    """Puts right what `verify` finds, a game at a time while its writers wait; how many figures.

    What raw rows no longer cover stays as it is.
    """
    with reading(engine) as connection:
        stored = games_of(connection, definitions)
    changed = 0
    for game_id, game in stored:
        with writing(engine) as connection:
            lock_game(connection, game_id, exclusive=True)
            changed += _rebuild_game(connection, game_id, game)
    with writing(engine) as connection:
        note = {"kind": "rebuild", "ended_at": now, "detail": f"{changed} figures"}
        connection.execute(insert(maintenance).values(note))
    return changed


def _rebuild_game(connection: Connection, game_id: int, game: Game) -> int:
    covered = recomputation.coverage(connection, cleaned_before(connection))
    check = Check(connection, covered)
    check.game(game_id, game)
    if not check.differences:
        return 0
    _rescore(connection, game_id, game)
    expected = recomputation.recomputed(connection, game_id, game)
    stored = recomputation.stored(connection, game_id)
    for table in TABLES:
        corrections = _corrections(expected[table], stored[table], table, covered)
        add_cells(connection, table, corrections)
    missing = Counter(expected_game_totals(connection, game_id, game))
    counted = game_totals_of(connection, game_id)
    add_to_game(connection, game_id, {name: missing[name] - counted[name] for name in missing})
    return len(check.differences)


def _rescore(connection: Connection, game_id: int, game: Game) -> None:
    for draw in draws_of(connection, game_id):
        right = draws.opened(connection, game, draw)
        cleaned = scores.cleaned_scores(connection, game, draw) if draw.cleaned else {}
        if right != draw:
            draws.change(connection, right)
        if right != draw or not draw.cleaned:
            scores.rescore(connection, game, right, cleaned)
        _refresh(connection, game, right)
    for model in recomputation.models_of(connection, game_id):
        evidence.renew(connection, model)


def _refresh(connection: Connection, game: Game, draw: Draw) -> None:
    # Columns that follow from others (hits, factors) may be wrong where the score is right.
    c = draw_scores.c
    for row in score_rows(connection, draw):
        right = scores.row_of(scores.load(row), game, draw, row.model_id)
        if row._asdict() != right:
            this = (c.game_id == draw.game_id, c.draw_number == draw.number)
            connection.execute(delete(draw_scores).where(*this, c.model_id == row.model_id))
            connection.execute(insert(draw_scores).values(right))


def _corrections(
    expected: Cells, stored: Cells, table: Table, covered: Coverage
) -> dict[tuple[int, ...], Counter[tuple[str, int]]]:
    corrections: dict[tuple[int, ...], Counter[tuple[str, int]]] = defaultdict(Counter)
    for cell in covered.of(expected.keys() | stored.keys(), table):
        corrections[cell[:-2]][cell[-2:]] = expected[cell] - stored[cell]
    return corrections
