"""Reading what model versions did: lifetime sums, and the last draws one by one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

from sqlalchemy import Connection

from exporter.catalog import WINDOWS
from exporter.domain.games import Game
from exporter.domain.prizes import Money, best_tier, expected_tiers
from exporter.domain.statistics import (
    Assessment,
    CalibrationSums,
    DrawTotals,
    Evidence,
    WindowSums,
    assess,
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

Sums = Counter[tuple[str, int]]
#: Draws that are read one by one.
LAST_DRAWS = 300
_CLAIMS = tuple(field.name for field in fields(CalibrationSums))
_SUMS = tuple(field.name for field in fields(WindowSums) if field.name != "draws")
_MEASURES = (
    *("predictions", "failures", "ineligible", "scored", "scored_draws", "held"),
    *("cost", "prizes", "prizes_expected"),
    *_SUMS,
    *(f"claim_{name}" for name in _CLAIMS),
)


def in_order(rows: Iterable[ModelRow]) -> list[ModelRow]:
    """The version in use first, then the newest; control arms at the end."""
    return sorted(rows, key=lambda row: (row.role == "control", not row.active, -row.started_at))


def read_model_overviews(
    connection: Connection, game: Game, rows: Sequence[ModelRow]
) -> list[Model]:
    """What these model versions of a game did."""
    sums: dict[int, Sums] = defaultdict(Counter)
    for cell in lifetime_cells(connection, [row.id for row in rows], _MEASURES):
        sums[cell.model_id][cell.measure, cell.bucket] += cell.value
    evidence, named = states(connection), references.read(connection)
    return [
        _model(connection, game, row, sums[row.id], evidence.get(row.id), named.get(row.id))
        for row in rows
    ]


def _model(
    connection: Connection,
    game: Game,
    row: ModelRow,
    sums: Sums,
    evidence: Evidence | None,
    reference: Reference | None,
) -> Model:
    points = [point(score) for score in last_scores(connection, row.game_id, [row.id], LAST_DRAWS)]
    outcomes = {bucket: n for (measure, bucket), n in sums.items() if measure == "scored" and n}
    return Model(
        row=row,
        points=points,
        windows=windows(game, points, sums),
        evidence=evidence,
        reference=reference,
        trend=trend(game.pool, game.drawn, [(p.number, p.totals) for p in points]),
        calibration=calibration(game.chance, _claims(sums)),
        hits=_by_hits(outcomes),
        expected_hits=expected_hits_distribution(game.pool, game.drawn, _by_size(outcomes)),
        tiers=_tiers(game, outcomes),
        expected_tiers=expected_tiers(game, _by_size(outcomes)),
        held_shares=_held_shares(game, sums),
        money=Money(sums["cost", 0], sums["prizes", 0], sums["prizes_expected", 0]),
        predictions=sums["predictions", 0],
        failures=sums["failures", 0],
        ineligible=sums["ineligible", 0],
    )


def point(score: ScoreRow) -> Point:
    """A score as a point of a chart."""
    totals = DrawTotals(score.numbers_played, score.hits, score.held_squared)
    best = max((hits for _, hits in score.histogram), default=0)
    return Point(score.draw_number, score.drawn_at, score.tickets, totals, best)


def windows(game: Game, points: Sequence[Point], sums: Sums) -> dict[str, Assessment]:
    """The windows of the catalogue; `all` comes from the lifetime sums."""
    draws = [one.totals for one in points]
    found = {}
    for name in WINDOWS:
        part = _lifetime(sums) if name == "all" else WindowSums.of(draws[-int(name) :])
        found[name] = assess(game.pool, game.drawn, part)
    return found


def _lifetime(sums: Sums) -> WindowSums:
    return WindowSums(sums["scored_draws", 0], **{name: sums[name, 0] for name in _SUMS})


def _claims(sums: Sums) -> dict[int, CalibrationSums]:
    bins = {bucket for measure, bucket in sums if measure == "claim_tickets"}
    return {b: CalibrationSums(*(sums[f"claim_{name}", b] for name in _CLAIMS)) for b in bins}


def _by_hits(outcomes: Mapping[int, int]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for bucket, tickets in outcomes.items():
        found[bucket & 0xFF] += tickets
    return dict(sorted(found.items()))


def _by_size(outcomes: Mapping[int, int]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for bucket, tickets in outcomes.items():
        found[bucket >> 8] += tickets
    return dict(found)


def _tiers(game: Game, outcomes: Mapping[int, int]) -> dict[int, int]:
    found: Counter[int] = Counter(dict.fromkeys(game.tiers, 0))
    for bucket, tickets in outcomes.items():
        tier = best_tier(bucket >> 8, bucket & 0xFF, game)
        if tier is not None:
            found[tier] += tickets
    return dict(found)


def _held_shares(game: Game, sums: Sums) -> list[float]:
    tickets = sums["predictions", 0]
    return [sums["held", k] / tickets for k in range(game.pool)] if tickets else []
