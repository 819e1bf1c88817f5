"""Holding every roll-up against a recomputation from what raw rows still tell."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, func, select

from exporter.domain.games import Game, Games
from exporter.domain.scoring import DrawScore
from exporter.domain.statistics.evidence import Evidence
from exporter.storage import draws as stored_draws
from exporter.storage import evidence, integrity, recomputation, scores
from exporter.storage.engine import reading
from exporter.storage.read_figures import game_totals_of
from exporter.storage.recomputation import Cell, Cells, Coverage
from exporter.storage.retention import cleaned_before
from exporter.storage.rollups import TABLES
from exporter.storage.schema import draw_corrections, draw_scores, draws, games
from exporter.storage.scores import Draw


class Difference(NamedTuple):
    """Where a stored figure is not the recomputed one; `place` names it in that table."""

    table: str
    place: str
    stored: object
    recomputed: object


@dataclass(frozen=True)
class Verified:
    """How much of each table was compared and left out, and what differed.

    Raw rows made before `before` (microseconds) may be gone; None: none ever went.
    """

    compared: Counter[str]
    uncovered: Counter[str]
    differences: tuple[Difference, ...]
    before: int | None


def verify(engine: Engine, definitions: Games) -> Verified:
    """Recomputes all roll-ups in one consistent reading, beside which writers go on."""
    with reading(engine) as connection:
        if damage := _damage(connection):  # nothing else can be believed
            return Verified(Counter(), Counter(), damage, None)
        before = cleaned_before(connection)
        check = Check(connection, recomputation.coverage(connection, before))
        for game_id, game in games_of(connection, definitions):
            check.game(game_id, game)
    return Verified(check.compared, check.uncovered, tuple(check.differences), before)


def _damage(connection: Connection) -> tuple[Difference, ...]:
    faults = integrity.check(connection)
    return tuple(Difference("database", "integrity_check", fault, "ok") for fault in faults)


def games_of(connection: Connection, definitions: Games) -> list[tuple[int, Game]]:
    """The stored games whose definitions are known, by id."""
    rows = connection.execute(select(games.c.id, games.c.name).order_by(games.c.id))
    return [(row.id, definitions[row.name]) for row in rows if row.name in definitions]


def draws_of(connection: Connection, game_id: int) -> list[Draw]:
    """A game's recorded draws in their order."""
    query = select(draws).where(draws.c.game_id == game_id)
    ordered = query.order_by(draws.c.drawn_at, draws.c.number)
    return [stored_draws.load(row) for row in connection.execute(ordered).all()]


def score_rows(connection: Connection, draw: Draw) -> list[Any]:
    """A draw's rows of draw_scores."""
    c = draw_scores.c
    query = select(draw_scores).where(c.game_id == draw.game_id, c.draw_number == draw.number)
    return list(connection.execute(query).all())


def expected_game_totals(connection: Connection, game_id: int, game: Game) -> dict[str, int]:
    """What recorded results and corrections say about the measures they move."""
    recorded = draws_of(connection, game_id)
    c = draw_corrections.c
    corrections = select(func.count(c.id)).where(c.game_id == game_id)
    drawn = {
        stored_draws.drawn_measure(k): sum(draw.numbers >> k & 1 for draw in recorded)
        for k in range(game.pool)
    }
    count = connection.execute(corrections).scalar_one()
    return {"draw_results": len(recorded), "draw_corrections": count} | drawn


class Check:
    """Compares game by game and keeps what it saw."""

    def __init__(self, connection: Connection, covered: Coverage) -> None:
        self.compared: Counter[str] = Counter()
        self.uncovered: Counter[str] = Counter()
        self.differences: list[Difference] = []
        self._connection = connection
        self._covered = covered
        self._evidence = evidence.states(connection)
        self._references = evidence.read_references(connection)

    def game(self, game_id: int, game: Game) -> None:
        """Compares everything of one game."""
        expected = recomputation.recomputed(self._connection, game_id, game)
        stored = recomputation.stored(self._connection, game_id)
        for table in TABLES:
            self._cells(table, expected[table], stored[table])
        for draw in draws_of(self._connection, game_id):
            self._draw(game, draw)
        for model in recomputation.models_of(self._connection, game_id):
            self._compare_evidence(model)
        counted = game_totals_of(self._connection, game_id)
        for measure, right in expected_game_totals(self._connection, game_id, game).items():
            self._compare("game_totals", f"{game.name} {measure}", counted[measure], right)

    def _cells(self, table: Table, expected: Cells, stored: Cells) -> None:
        every = expected.keys() | stored.keys()
        covered = self._covered.of(every, table)
        self.uncovered[table.name] += len(every) - len(covered)
        for cell in sorted(covered):
            self._compare(table.name, _place(table, cell), stored[cell], expected[cell])

    def _draw(self, game: Game, draw: Draw) -> None:
        place = f"{game.name} {draw.number}"
        opened = stored_draws.opened(self._connection, game, draw).open_after
        self._compare("draws", f"{place} open_after", draw.open_after, opened)
        rows = score_rows(self._connection, draw)
        right = self._scores(game, draw, rows)
        stored = {row.model_id: row._asdict() for row in rows}
        for model in sorted(stored.keys() | right.keys()):
            expected = scores.row_of(right[model], game, draw, model) if model in right else {}
            self._row(f"{place} model {model}", stored.get(model, {}), expected)

    def _scores(self, game: Game, draw: Draw, rows: list[Any]) -> dict[int, DrawScore]:
        if not draw.cleaned:
            return scores.raw_scores(self._connection, game, draw)
        # Raw rows are gone: what the score says must still agree with itself.
        self.uncovered["draw_scores"] += len(rows)
        return {row.model_id: scores.load(row) for row in rows}

    def _row(self, place: str, stored: dict[str, Any], right: dict[str, Any]) -> None:
        self.compared["draw_scores"] += 1
        for column in sorted(stored.keys() | right.keys()):
            value, expected = stored.get(column), right.get(column)
            if value != expected:
                self.differences.append(
                    Difference("draw_scores", f"{place} {column}", value, expected)
                )

    def _compare_evidence(self, model: int) -> None:
        right = evidence.replayed(self._connection, model)
        stored = self._evidence.get(model, Evidence())
        self._compare("evidence", f"model {model}", stored.to_dict(), right.to_dict())
        named = self._references.get(model)
        if named:
            again = evidence.replayed(self._connection, model, named.accuracy)
            pair = named.evidence.to_dict(), again.to_dict()
            self._compare("accuracy_references", f"model {model}", *pair)

    def _compare(self, table: str, place: str, stored: object, right: object) -> None:
        self.compared[table] += 1
        if stored != right:
            self.differences.append(Difference(table, place, stored, right))


def _place(table: Table, cell: Cell) -> str:
    names = [column.name for column in table.primary_key.columns]
    return " ".join(f"{name} {value}" for name, value in zip(names, cell, strict=True))
