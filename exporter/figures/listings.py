"""Lists of what is recorded, a page at a time, newest first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row

from exporter.domain import tickets
from exporter.domain.games import Games
from exporter.domain.moments import from_micros
from exporter.domain.predictions import PLAIN, plain_values
from exporter.domain.queries import PageQuery, Selection
from exporter.figures.scope import Scope
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.prediction_pages import draws_of, read_page
from exporter.storage.read_draws import DrawRow, read_draws
from exporter.storage.read_figures import lifetime_cells
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.read_scores import ScoreRow, scores_of_draws
from exporter.storage.scores import Draw

Entry = TypeVar("Entry")
PENDING, SCORED, INELIGIBLE = "pending", "scored", "ineligible"


@dataclass(frozen=True)
class Page(Generic[Entry]):
    """Some entries and the key to go on below; None: these were the last."""

    entries: Sequence[Entry]
    next_before: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class PredictionEntry:
    """A prediction beside its draw. `status`: pending, scored, or ineligible (made too late)."""

    id: int
    idempotency_key: str
    game: str
    model_version: str
    role: str
    predicted_at: datetime
    draw_number: int | None
    numbers: Sequence[int]
    confidence: float | None
    latency: float | None
    metadata: Any
    status: str
    hits: int | None
    winning_numbers: Sequence[int] | None


@dataclass(frozen=True, slots=True)
class ModelOnDraw:
    """A model version's tickets on a draw; hits that random tickets would have beside them."""

    model_version: str
    role: str
    tickets: int
    ineligible: int
    numbers_played: int
    hits: int
    expected_hits: float
    accuracy: float | None
    best_hits: int | None


@dataclass(frozen=True, slots=True)
class DrawEntry:
    """A recorded draw, and how the models did on it. Prizes: reais by hits, where known."""

    game: str
    draw_number: int
    drawn_at: datetime
    recorded_at: datetime
    winning_numbers: Sequence[int]
    prizes: Mapping[str, float]
    corrections: int
    models: Sequence[ModelOnDraw]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model version; `predictions` and `failures` over the database's lifetime.

    `active`: it is in use; `promoted`: because it was put in use.
    """

    game: str
    model_version: str
    role: str
    active: bool
    started_at: datetime
    predictions: int
    failures: int
    promoted: bool


@dataclass(frozen=True, slots=True)
class Listings:
    """Reads lists; each page costs its own length."""

    database: PreparedDatabase
    games: Games

    def predictions(self, query: PageQuery) -> Page[PredictionEntry]:
        """Raw predictions, each with its draw's result where that is recorded."""
        with self.database.reading() as connection:
            scope = self._scope(connection, query.selection)
            before = query.before[0] if query.before else None
            rows = read_page(
                connection, scope.ids, query.selection, query.period, before, query.limit
            )
            draws = draws_of(connection, rows)
        entries = [self._prediction(scope.by_id[r.model_id], r, draws.get(r.id)) for r in rows]
        return Page(entries, (rows[-1].id,) if len(rows) == query.limit else None)

    def draws(self, query: PageQuery) -> Page[DrawEntry]:
        """Recorded draws with the score of each model on them."""
        names = [query.selection.game] if query.selection.game else list(self.games)
        with self.database.reading() as connection:
            scope = self._scope(connection, query.selection)
            rows = read_draws(connection, names, query.period, query.before, query.limit)
            scores = _scores(connection, scope, rows)
        entries = [self._draw(scope, row, scores) for row in rows]
        return Page(entries, rows[-1].key if len(rows) == query.limit else None)

    def models(self, selection: Selection) -> list[ModelEntry]:
        """Every model version, control arms included and marked by their role."""
        with self.database.reading() as connection:
            scope = self._scope(connection, selection)
            cells = lifetime_cells(connection, scope.ids, ("predictions", "failures"))
            counts = {(cell.model_id, cell.measure): cell.value for cell in cells}
        return [_model(model, counts) for model in scope.models]

    def _scope(self, connection: Connection, selection: Selection) -> Scope:
        models = [model for model in read_models(connection) if model.game in self.games]
        return Scope.of(models, selection)

    def _prediction(self, model: ModelRow, row: Row[Any], draw: Draw | None) -> PredictionEntry:
        game, ticket = self.games[model.game], tickets.joined(row.numbers, row.numbers_high)
        eligible = draw is not None and row.predicted_at <= draw.drawn_at
        status = PENDING if draw is None else SCORED if eligible else INELIGIBLE
        return PredictionEntry(
            id=row.id,
            idempotency_key=row.key,
            game=model.game,
            model_version=model.version,
            role=model.role,
            predicted_at=from_micros(row.predicted_at),
            draw_number=draw.number if draw else row.draw_number,
            numbers=tickets.decode(ticket, game),
            **plain_values(PLAIN, row),
            status=status,
            hits=tickets.hits(ticket, draw.numbers) if draw and eligible else None,
            winning_numbers=tickets.decode(draw.numbers, game) if draw else None,
        )

    def _draw(
        self, scope: Scope, row: DrawRow, scores: Mapping[tuple[int, int], Sequence[ScoreRow]]
    ) -> DrawEntry:
        game = self.games[row.game]
        prizes = json.loads(row.prizes) if row.prizes else {}
        of_draw = scores.get((row.game_id, row.number), ())
        return DrawEntry(
            game=row.game,
            draw_number=row.number,
            drawn_at=from_micros(row.drawn_at),
            recorded_at=from_micros(row.recorded_at),
            winning_numbers=tickets.decode(row.numbers, game),
            prizes={hits: cents / 100 for hits, cents in prizes.items()},
            corrections=row.corrections,
            models=[_on_draw(scope.by_id[s.model_id], s, game.chance) for s in of_draw],
        )


def _scores(
    connection: Connection, scope: Scope, rows: Sequence[DrawRow]
) -> dict[tuple[int, int], list[ScoreRow]]:
    scores: dict[tuple[int, int], list[ScoreRow]] = {}
    for game in {row.game_id for row in rows}:
        numbers = [row.number for row in rows if row.game_id == game]
        for score in scores_of_draws(connection, game, scope.ids, numbers):
            scores.setdefault((game, score.draw_number), []).append(score)
    return scores


def _on_draw(model: ModelRow, score: ScoreRow, chance: float) -> ModelOnDraw:
    return ModelOnDraw(
        model_version=model.version,
        role=model.role,
        tickets=score.tickets,
        ineligible=score.ineligible,
        numbers_played=score.numbers_played,
        hits=score.hits,
        expected_hits=score.numbers_played * chance,
        accuracy=score.hits / score.numbers_played if score.numbers_played else None,
        best_hits=max((hits for _, hits in score.histogram), default=None),
    )


def _model(model: ModelRow, counts: Mapping[tuple[int, str], int]) -> ModelEntry:
    return ModelEntry(
        game=model.game,
        model_version=model.version,
        role=model.role,
        active=model.active,
        started_at=from_micros(model.started_at),
        predictions=counts.get((model.id, "predictions"), 0),
        failures=counts.get((model.id, "failures"), 0),
        promoted=model.promoted,
    )
