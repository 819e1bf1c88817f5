"""How often predictions hit, beside what chance gives: from scores of draws, not from tickets."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from math import fsum, sqrt

from exporter.domain.games import Games
from exporter.domain.statistics.baseline import (
    Assessment,
    DrawTotals,
    WindowSums,
    assess,
    clustered_interval,
)
from exporter.domain.statistics.calibration import CalibrationSums, calibration
from exporter.domain.statistics.distributions import normal_sf
from exporter.domain.statistics.hypergeometric import expected_hits_distribution
from exporter.figures.scope import Scope
from exporter.storage.read_scores import ScoreRow


@dataclass(frozen=True, slots=True)
class ConfidenceFigures:
    """Whether confidence was kept; ratios 0–1. See statistics.calibration."""

    mean_confidence: float
    overconfidence: float
    brier_score: float
    chance_brier_score: float
    skill: float


@dataclass(frozen=True, slots=True)
class AccuracyFigures:
    """Accuracy of scored predictions beside chance; ratios 0–1, None where nothing can be said."""

    accuracy: float | None
    chance: float | None
    draws: int
    predictions: int
    numbers_played: int
    hits: int
    expected_hits: float
    hits_sd: float
    z_score: float | None
    p_value: float | None
    p_worse: float | None
    p_better: float | None
    low: float | None
    high: float | None
    ineligible: int
    hits_distribution: Mapping[str, int]
    hits_distribution_expected: Mapping[str, float]
    confidence: ConfidenceFigures | None


def accuracy(games: Games, scope: Scope, rows: Sequence[ScoreRow]) -> AccuracyFigures:
    """Figures of some scores; those of several games add up, each beside its own chance."""
    names, by_game = scope.games(), defaultdict(list)
    for row in rows:
        if names[row.game_id] in games:
            by_game[names[row.game_id]].append(row)
    parts = {name: _sums(of_game) for name, of_game in by_game.items()}
    assessments = [assess(games[n].pool, games[n].drawn, sums) for n, sums in parts.items()]
    result = assessments[0] if len(assessments) == 1 else _together(assessments, parts.values())
    return _figures(result, rows, _expected_hits(games, by_game))


def _expected_hits(games: Games, by_game: Mapping[str, Sequence[ScoreRow]]) -> dict[str, float]:
    """What random tickets of the same sizes would have; no entry where that is impossible."""
    expected: Counter[int] = Counter()
    for name, rows in by_game.items():
        game, sizes = games[name], _tickets_by_size(rows)
        law = expected_hits_distribution(game.pool, game.drawn, sizes)
        expected.update(dict(enumerate(law)))
    return {str(hits): tickets for hits, tickets in sorted(expected.items()) if tickets}


def _sums(rows: Sequence[ScoreRow]) -> WindowSums:
    # Tickets of several models on one draw overlap as those of one model do: a draw is one cluster.
    by_draw: dict[int, list[ScoreRow]] = defaultdict(list)
    for row in rows:
        by_draw[row.draw_number].append(row)
    return WindowSums.of(_draw_totals(of_draw) for of_draw in by_draw.values())


def _draw_totals(rows: Sequence[ScoreRow]) -> DrawTotals:
    if len(rows) == 1:
        return DrawTotals(rows[0].numbers_played, rows[0].hits, rows[0].held_squared)
    scored = [row for row in rows if row.tickets]
    held = [sum(counts) for counts in zip(*(row.held for row in scored), strict=True)]
    return DrawTotals.of(held, sum(row.hits for row in scored))


def _together(parts: Sequence[Assessment], sums: Iterable[WindowSums]) -> Assessment:
    """Several games: hits, expectations and variances add up, since their draws are independent."""
    numbers, hits = sum(part.numbers for part in parts), sum(part.hits for part in parts)
    expected, sd = fsum(p.expected_hits for p in parts), sqrt(fsum(p.hits_sd**2 for p in parts))
    z = (hits - expected) / sd if sd else None
    both = None if z is None else min(1.0, 2 * normal_sf(abs(z)))
    low, high = clustered_interval(_added(sums)) or (None, None)
    return Assessment(
        draws=sum(part.draws for part in parts),
        numbers=numbers,
        hits=hits,
        accuracy=hits / numbers if numbers else None,
        chance=expected / numbers if numbers else 0.0,
        expected_hits=expected,
        hits_sd=sd,
        z=z,
        p_worse=None if z is None else normal_sf(-z),
        p_better=None if z is None else normal_sf(z),
        p_two_sided=both,
        low=low,
        high=high,
    )


def _added(sums: Iterable[WindowSums]) -> WindowSums:
    return WindowSums(*map(sum, zip(*map(astuple, sums), strict=True)))


def _figures(
    result: Assessment, rows: Sequence[ScoreRow], expected: Mapping[str, float]
) -> AccuracyFigures:
    return AccuracyFigures(
        accuracy=result.accuracy,
        chance=result.chance or None,
        draws=result.draws,
        predictions=sum(row.tickets for row in rows),
        numbers_played=result.numbers,
        hits=result.hits,
        expected_hits=result.expected_hits,
        hits_sd=result.hits_sd,
        z_score=result.z,
        p_value=result.p_two_sided,
        p_worse=result.p_worse,
        p_better=result.p_better,
        low=result.low,
        high=result.high,
        ineligible=sum(row.ineligible for row in rows),
        hits_distribution=_hits_distribution(rows),
        hits_distribution_expected=expected,
        confidence=_confidence(rows, result.chance),
    )


def _tickets_by_size(rows: Iterable[ScoreRow]) -> Counter[int]:
    tickets: Counter[int] = Counter()
    for row in rows:
        for (size, _), count in row.histogram.items():
            tickets[size] += count
    return tickets


def _hits_distribution(rows: Iterable[ScoreRow]) -> dict[str, int]:
    tickets: Counter[int] = Counter()
    for row in rows:
        for (_, hits), count in row.histogram.items():
            tickets[hits] += count
    return {str(hits): count for hits, count in sorted(tickets.items())}


def _confidence(rows: Iterable[ScoreRow], chance: float) -> ConfidenceFigures | None:
    sums: dict[int, CalibrationSums] = defaultdict(CalibrationSums)
    for row in rows:
        for index, claimed in row.calibration.items():
            sums[index] += claimed
    calibrated = calibration(chance, sums)
    if not calibrated:
        return None
    return ConfidenceFigures(
        calibrated.mean_confidence,
        calibrated.overconfidence,
        calibrated.brier_score,
        calibrated.chance_brier_score,
        calibrated.skill,
    )
