"""What every model version did since its start, and what that is worth beside chance."""

from sqlalchemy import Connection

from exporter.domain.games import Game, Games
from exporter.domain.moments import from_micros
from exporter.domain.predictions import MILLION
from exporter.domain.statistics import (
    E_PROCESS_GUARANTEES,
    SHIRYAEV_ROBERTS_GUARANTEES,
    Assessment,
    DirectionEvidence,
    Evidence,
    Guarantee,
    frequency,
)
from exporter.domain.verdicts import standing_of_evidence, standing_of_window
from exporter.services.figures.scope import Scope
from exporter.services.overview.models import read_model_overviews
from exporter.services.overview.shapes import Model
from exporter.services.overview.standing_shapes import (
    ChosenNumber,
    CountFigures,
    DirectionFigures,
    DrawnNumber,
    EvidenceFigures,
    FeedCheck,
    GameStanding,
    Guarantees,
    ModelStanding,
    MoneyFigures,
    ReferenceFigures,
    StandingData,
    Threshold,
    WindowFigures,
)
from exporter.storage.draws import drawn_measure
from exporter.storage.read_figures import game_totals_of
from exporter.storage.read_models import ModelRow
from exporter.storage.references import Reference


def read_standing(connection: Connection, games: Games, scope: Scope) -> StandingData:
    """Where the model versions of a scope stand; its cost is that of their last 300 draws."""
    found: list[ModelStanding] = []
    for name in scope.games().values():
        rows = [row for row in scope.models if row.game == name and name in games]
        overviews = read_model_overviews(connection, games[name], rows) if rows else []
        found += [_model(games[name], model) for model in overviews]
    return StandingData(
        found,
        {name: _game(connection, games[name], scope) for name in {m.game for m in found}},
        Guarantees(
            [_threshold(one) for one in E_PROCESS_GUARANTEES],
            [_threshold(one) for one in SHIRYAEV_ROBERTS_GUARANTEES],
        ),
    )


def _threshold(guarantee: Guarantee) -> Threshold:
    promise = (
        f"on average at most one false alarm in {guarantee.mean_draws:g} draws"
        if guarantee.mean_draws
        else f"at most {guarantee.ever_probability:.0%} ever reach it by luck"
    )
    return Threshold(*guarantee, promise)


def _model(game: Game, model: Model) -> ModelStanding:
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
        windows={name: _window(found) for name, found in model.windows.items()},
        evidence=_evidence(model.evidence) if model.evidence else None,
        reference=_reference(model.reference) if model.reference else None,
        trend=model.trend,
        calibration=model.calibration,
        hits=_hits(model),
        tiers=[CountFigures(t, n, model.expected_tiers[t]) for t, n in model.tiers.items()],
        numbers=[ChosenNumber(game.first + k, s) for k, s in enumerate(model.held_shares)],
        money=_money(model),
    )


def _window(found: Assessment) -> WindowFigures:
    return WindowFigures(standing_of_window(found).value, found)


def _evidence(state: Evidence) -> EvidenceFigures:
    verdict = standing_of_evidence(state).value
    return EvidenceFigures(state.draws, verdict, _side(state.worse), _side(state.better))


def _side(side: DirectionEvidence) -> DirectionFigures:
    return DirectionFigures(side.e_value, side.peak, 1.0 / side.peak, side.shiryaev_roberts)


def _reference(reference: Reference) -> ReferenceFigures:
    accuracy, set_at = reference.accuracy / MILLION, from_micros(reference.set_at)
    return ReferenceFigures(accuracy, set_at, _evidence(reference.evidence))


def _hits(model: Model) -> list[CountFigures]:
    expected = dict(enumerate(model.expected_hits))
    possible = sorted({hits for hits, value in expected.items() if value} | model.hits.keys())
    return [CountFigures(h, model.hits.get(h, 0), expected.get(h, 0.0)) for h in possible]


def _money(model: Model) -> MoneyFigures:
    cents = model.money
    net, expected = cents.net / 100, cents.net_expected / 100
    return MoneyFigures(cents.cost / 100, cents.prizes / 100, net, expected)


def _game(connection: Connection, game: Game, scope: Scope) -> GameStanding:
    row: ModelRow = next(row for row in scope.models if row.game == game.name)
    return GameStanding(game.chance, _feed(connection, game, row.game_id))


def _feed(connection: Connection, game: Game, game_id: int) -> FeedCheck | None:
    totals = game_totals_of(connection, game_id)
    counts = [totals.get(drawn_measure(k), 0) for k in range(game.pool)]
    found = frequency(game.drawn, counts)
    if found is None:
        return None
    numbers = [
        DrawnNumber(game.first + k, count, found.z_scores[k]) for k, count in enumerate(counts)
    ]
    law = (found.chi_square, found.degrees, found.p_value)
    return FeedCheck(found.draws, found.expected, *law, numbers)
