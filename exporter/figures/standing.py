"""What every model version did since its start, and what that is worth beside chance.

Ratios 0-1, money in reais.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from exporter.domain.games import Game, Games
from exporter.domain.moments import from_micros
from exporter.domain.predictions import MILLION
from exporter.domain.statistics.baseline import Assessment
from exporter.domain.statistics.calibration import Calibration
from exporter.domain.statistics.evidence import (
    E_PROCESS_GUARANTEES,
    SHIRYAEV_ROBERTS_GUARANTEES,
    DirectionEvidence,
    Evidence,
    Guarantee,
)
from exporter.domain.statistics.frequency import frequency
from exporter.domain.statistics.trend import Trend
from exporter.domain.verdicts import standing_of_evidence, standing_of_window
from exporter.figures.model_figures import ModelFigures, read_figures
from exporter.figures.scope import Scope
from exporter.storage.draws import drawn_measure
from exporter.storage.evidence import Reference
from exporter.storage.read_figures import game_totals_of


@dataclass(frozen=True, slots=True)
class DirectionFigures:
    """Evidence for one direction; see `guarantees` for what its thresholds promise.

    `anytime_p_value` is 1 ÷ `peak`: valid however often one has looked.
    """

    e_value: float
    peak: float
    anytime_p_value: float
    shiryaev_roberts: float


@dataclass(frozen=True, slots=True)
class EvidenceFigures:
    """Evidence of being worse and of being better, after `draws` that could say something."""

    draws: int
    verdict: str
    worse: DirectionFigures
    better: DirectionFigures


@dataclass(frozen=True, slots=True)
class ReferenceFigures:
    """An accuracy that a user named, and the evidence against it."""

    accuracy: float
    set_at: datetime
    evidence: EvidenceFigures


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """A window of draws beside chance; its verdict counts for one look planned beforehand."""

    verdict: str
    figures: Assessment


@dataclass(frozen=True, slots=True)
class CountFigures:
    """Tickets with so many hits (or whose best prize tier it is), beside what chance gives."""

    hits: int
    tickets: int
    expected: float


@dataclass(frozen=True, slots=True)
class ChosenNumber:
    """Share of a version's tickets that hold a number."""

    number: int
    share: float


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    """Reais; `net_expected` is what random tickets of the same sizes would net on average."""

    cost: float
    prizes: float
    net: float
    net_expected: float


@dataclass(frozen=True, slots=True)
class ModelStanding:
    """A model version since its start. Control arms are marked by `role` and in no total."""

    game: str
    model_version: str
    role: str
    active: bool
    started_at: datetime
    predictions: int
    failures: int
    scored: int
    ineligible: int
    windows: Mapping[str, WindowFigures]
    evidence: EvidenceFigures | None
    reference: ReferenceFigures | None
    trend: Trend
    calibration: Calibration | None
    hits: Sequence[CountFigures]
    tiers: Sequence[CountFigures]
    numbers: Sequence[ChosenNumber]
    money: MoneyFigures


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """How often a number was drawn; `z` is its distance from the expected count."""

    number: int
    draws: int
    z: float


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """Frequencies of drawn numbers: they check the feed, and never say what comes next.

    `p_value` is of the chi-square for draws without replacement. A broken feed is far below 1e-6.
    """

    draws: int
    expected: float
    chi_square: float
    degrees: int
    p_value: float
    numbers: Sequence[DrawnNumber]


@dataclass(frozen=True, slots=True)
class GameStanding:
    """A game's chance baseline, and the check of its results; None before the first."""

    chance: float
    feed_check: FeedCheck | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """What reaching a threshold means; None: not promised.

    At most `ever_probability` of models ever do so by luck, or one in `mean_draws` draws on
    average at most; `promise` says the same in words.
    """

    threshold: float
    ever_probability: float | None
    mean_draws: float | None
    promise: str


@dataclass(frozen=True, slots=True)
class Guarantees:
    """Of a model at chance, or of one that keeps its reference: `evidence` is about `peak`.

    `change` is about `shiryaev_roberts`.
    """

    evidence: Sequence[Threshold]
    change: Sequence[Threshold]


@dataclass(frozen=True, slots=True)
class StandingData:
    """All model versions, their games, and what the thresholds of evidence promise."""

    models: Sequence[ModelStanding]
    games: Mapping[str, GameStanding]
    guarantees: Guarantees


def read_standing(connection: Connection, games: Games, scope: Scope) -> StandingData:
    """Where the model versions of a scope stand; its cost is that of their last 300 draws."""
    standings: list[ModelStanding] = []
    for name in scope.games().values():
        rows = [row for row in scope.models if row.game == name and name in games]
        overviews = read_figures(connection, games[name], rows) if rows else []
        standings += [_model(games[name], model) for model in overviews]
    return StandingData(
        standings,
        {
            name: GameStanding(games[name].chance, _feed(connection, games[name], game_id))
            for game_id, name in scope.games().items()
            if any(standing.game == name for standing in standings)
        },
        Guarantees(
            [_threshold(guarantee) for guarantee in E_PROCESS_GUARANTEES],
            [_threshold(guarantee) for guarantee in SHIRYAEV_ROBERTS_GUARANTEES],
        ),
    )


def _threshold(guarantee: Guarantee) -> Threshold:
    promise = (
        f"on average at most one false alarm in {guarantee.mean_draws:g} draws"
        if guarantee.mean_draws
        else f"at most {guarantee.ever_probability:.0%} ever reach it by luck"
    )
    return Threshold(*guarantee, promise)


def _model(game: Game, model: ModelFigures) -> ModelStanding:
    row = model.row
    return ModelStanding(
        game=row.game,
        model_version=row.version,
        role=row.role,
        active=row.active,
        started_at=from_micros(row.started_at),
        predictions=model.predictions,
        failures=model.failures,
        scored=model.scored,
        ineligible=model.ineligible,
        windows={name: _window(assessment) for name, assessment in model.windows.items()},
        evidence=_evidence(model.evidence) if model.evidence else None,
        reference=_reference(model.reference) if model.reference else None,
        trend=model.trend,
        calibration=model.calibration,
        hits=_hits(model),
        tiers=[CountFigures(t, n, model.expected_tiers[t]) for t, n in model.tiers.items()],
        numbers=[ChosenNumber(game.first + k, s) for k, s in enumerate(model.held_shares)],
        money=_money(model),
    )


def _window(assessment: Assessment) -> WindowFigures:
    return WindowFigures(standing_of_window(assessment).value, assessment)


def _evidence(state: Evidence) -> EvidenceFigures:
    verdict = standing_of_evidence(state).value
    return EvidenceFigures(state.draws, verdict, _side(state.worse), _side(state.better))


def _side(side: DirectionEvidence) -> DirectionFigures:
    return DirectionFigures(side.e_value, side.peak, 1.0 / side.peak, side.shiryaev_roberts)


def _reference(reference: Reference) -> ReferenceFigures:
    accuracy, set_at = reference.accuracy / MILLION, from_micros(reference.set_at)
    return ReferenceFigures(accuracy, set_at, _evidence(reference.evidence))


def _hits(model: ModelFigures) -> list[CountFigures]:
    expected = dict(enumerate(model.expected_hits))
    possible = sorted({hits for hits, value in expected.items() if value} | model.hits.keys())
    return [CountFigures(h, model.hits.get(h, 0), expected.get(h, 0.0)) for h in possible]


def _money(model: ModelFigures) -> MoneyFigures:
    cents = model.money
    net, expected = cents.net / 100, cents.net_expected / 100
    return MoneyFigures(cents.cost / 100, cents.prizes / 100, net, expected)


def _feed(connection: Connection, game: Game, game_id: int) -> FeedCheck | None:
    totals = game_totals_of(connection, game_id)
    counts = [totals.get(drawn_measure(k), 0) for k in range(game.pool)]
    frequencies = frequency(game.drawn, counts)
    if frequencies is None:
        return None
    numbers = [
        DrawnNumber(game.first + k, count, frequencies.z_scores[k])
        for k, count in enumerate(counts)
    ]
    law = (frequencies.chi_square, frequencies.degrees, frequencies.p_value)
    return FeedCheck(frequencies.draws, frequencies.expected, *law, numbers)
