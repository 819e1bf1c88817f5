"""How often predictions hit, beside what chance gives: from scores of draws, not from tickets."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from math import fsum, sqrt

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.domain.periods import Period
from exporter.domain.statistics import (
    Assessment,
    CalibrationSums,
    DrawTotals,
    WindowSums,
    assess,
    calibration,
    clustered_interval,
    expected_hits_distribution,
)
from exporter.domain.statistics.distributions import normal_sf
from exporter.services.figures.cells import raw_selections
from exporter.services.figures.scope import Breakdown, GroupKey, Scope, group
from exporter.storage.read_raw import raw_scores
from exporter.storage.read_scores import ScoreRow, scores_in


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


class AccuracyReader:
    """Accuracy over periods and over windows of draws."""

    def __init__(self, games: Games) -> None:
        self._games = games

    def over(
        self, connection: Connection, scope: Scope, breakdown: Breakdown, period: Period
    ) -> list[tuple[GroupKey, AccuracyFigures]]:
        """Figures of the draws held in the period, group by group."""
        rows = self._rows(connection, scope, breakdown.models, period)
        grouped = group(rows, lambda row: breakdown.key(row.model_id, row.drawn_at))
        return [(key, self.figures(scope, members)) for key, members in grouped]

    def real_first(self, names: Sequence[str]) -> list[str]:
        """The names in their order, but those of invented games (or unknown ones) last."""
        known = self._games.real_first(name for name in names if name in self._games)
        return [*known, *(name for name in names if name not in self._games)]

    def nothing(self, scope: Scope) -> AccuracyFigures:
        """Figures where nothing is scored."""
        return self.figures(scope, [])

    def figures(self, scope: Scope, rows: Sequence[ScoreRow]) -> AccuracyFigures:
        """Figures of some scores; those of several games add up, each beside its own chance."""
        names, by_game = scope.games(), defaultdict(list)
        for row in rows:
            if names[row.game_id] in self._games:
                by_game[names[row.game_id]].append(row)
        parts = {name: _sums(of_game) for name, of_game in by_game.items()}
        assessments = [self._assess(name, sums) for name, sums in parts.items()]
        result = assessments[0] if len(assessments) == 1 else _together(assessments, parts.values())
        return _figures(result, rows, self._expected_hits(by_game))

    def _rows(
        self, connection: Connection, scope: Scope, models: Sequence[int], period: Period
    ) -> Iterable[ScoreRow]:
        if not scope.selection.needs_raw_rows:
            return scores_in(connection, models, period)
        selections = raw_selections(self._games, scope, models, period)
        return [row for one in selections for row in raw_scores(connection, one, period)]

    def _expected_hits(self, by_game: Mapping[str, Sequence[ScoreRow]]) -> dict[str, float]:
        """What random tickets of the same sizes would have; no entry where that is impossible."""
        found: dict[int, float] = defaultdict(float)
        for name, rows in by_game.items():
            game, sizes = self._games[name], _tickets_by_size(rows)
            for hits, tickets in enumerate(
                expected_hits_distribution(game.pool, game.drawn, sizes)
            ):
                found[hits] += tickets
        return {str(hits): tickets for hits, tickets in sorted(found.items()) if tickets}

    def _assess(self, name: str, sums: WindowSums) -> Assessment:
        game = self._games[name]
        return assess(game.pool, game.drawn, sums)


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
        for index, claimed in row.claims.items():
            sums[index] += claimed
    found = calibration(chance, sums)
    if not found:
        return None
    return ConfidenceFigures(
        found.mean_confidence,
        found.overconfidence,
        found.brier_score,
        found.chance_brier_score,
        found.skill,
    )
