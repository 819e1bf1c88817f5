"""Reading what model versions did: lifetime sums, and the last draws one by one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.lifetime import SCORE_MEASURES, Lifetime
from exporter.domain.prizes import expected_tiers
from exporter.domain.statistics import (
    LONGEST_WINDOW,
    DrawTotals,
    Evidence,
    assess_windows,
    calibration,
    expected_hits_distribution,
    trend,
)
from exporter.services.overview.shapes import Model, Point
from exporter.storage import references
from exporter.storage.evidence import states
from exporter.storage.read_figures import lifetime_cells
from exporter.storage.read_models import ModelRow
from exporter.storage.read_scores import ScoreRow, last_scores
from exporter.storage.references import Reference

_MEASURES = ("predictions", "failures", "held", *SCORE_MEASURES)


def in_order(rows: Iterable[ModelRow]) -> list[ModelRow]:
    """The version in use first, then the newest; control arms at the end."""
    return sorted(rows, key=lambda row: (row.role == "control", not row.active, -row.started_at))


def read_model_overviews(
    connection: Connection, game: Game, rows: Sequence[ModelRow]
) -> list[Model]:
    """What these model versions of a game did."""
    sums: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    for cell in lifetime_cells(connection, [row.id for row in rows], _MEASURES):
        sums[cell.model_id][cell.measure, cell.bucket] += cell.value
    evidence, named = states(connection), references.read(connection)
    return [
        _model(game, row, _points(connection, row), Lifetime(sums[row.id]), evidence, named)
        for row in rows
    ]


def _points(connection: Connection, row: ModelRow) -> list[Point]:
    """The last draws one by one."""
    scores = last_scores(connection, row.game_id, [row.id], LONGEST_WINDOW)
    return [_point(score) for score in scores]


def _model(
    game: Game,
    row: ModelRow,
    points: Sequence[Point],
    lifetime: Lifetime,
    evidence: Mapping[int, Evidence],
    named: Mapping[int, Reference],
) -> Model:
    sizes, draws = lifetime.tickets_by_size(), [point.totals for point in points]
    return Model(
        row=row,
        points=points,
        windows=assess_windows(game.pool, game.drawn, draws, lifetime.window_sums()),
        evidence=evidence.get(row.id),
        reference=named.get(row.id),
        trend=trend(game.pool, game.drawn, [(p.number, p.totals) for p in points]),
        calibration=calibration(game.chance, lifetime.claims()),
        hits=lifetime.tickets_by_hits(),
        expected_hits=expected_hits_distribution(game.pool, game.drawn, sizes),
        tiers=lifetime.tickets_by_tier(game),
        expected_tiers=expected_tiers(game, sizes),
        held_shares=_held_shares(game, lifetime),
        money=lifetime.money,
        predictions=lifetime.total("predictions"),
        failures=lifetime.total("failures"),
        ineligible=lifetime.total("ineligible"),
    )


def _point(score: ScoreRow) -> Point:
    """A score as a point of a chart."""
    totals = DrawTotals(score.numbers_played, score.hits, score.held_squared)
    best = max((hits for _, hits in score.histogram), default=0)
    return Point(score.draw_number, score.drawn_at, score.tickets, totals, best)


def _held_shares(game: Game, lifetime: Lifetime) -> list[float]:
    tickets, held = lifetime.total("predictions"), lifetime.buckets("held")
    return [held.get(k, 0) / tickets for k in range(game.pool)] if tickets else []
