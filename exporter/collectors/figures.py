"""What the collectors read: one reading of the database, already bounded and worked out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exporter.domain.games import Game, Games
from exporter.domain.lifetime import Lifetime
from exporter.domain.statistics import (
    SINCE_START,
    WINDOWS,
    Assessment,
    Calibration,
    Evidence,
    Trend,
    assess_windows,
    calibration,
    trend,
)
from exporter.storage.read_models import ModelRow
from exporter.storage.references import Reference
from exporter.storage.snapshot import Reading, ScoredDraw

#: ModelRow versions shown by name for each game and role; earlier ones are summed up as `other`.
MAX_VERSIONS = 20
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Window:
    """A window of draws: how many predictions it holds, and how they stand beside chance."""

    predictions: int
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model version's figures; what cannot be added up is missing for `other`."""

    labels: tuple[str, str, str]
    game: Game
    lifetime: Lifetime
    last_predicted_at: int
    started_at: int
    active: bool
    windows: Mapping[str, Window] = field(default_factory=dict)
    evidence: Evidence | None = None
    trend: Trend | None = None
    reference: Reference | None = None

    @property
    def calibration(self) -> Calibration | None:
        """Confidence beside accuracy, over the version's life; None without confidences."""
        return calibration(self.game.chance, self.lifetime.claims())


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the snapshot collectors show."""

    reading: Reading
    games: Games
    models: Sequence[ModelFigures] = ()

    @property
    def shown_games(self) -> Sequence[str]:
        """Games with records, and the first of all: a scrape of an empty database shows it."""
        seen = {model.labels[0] for model in self.models} | self.reading.draws.keys()
        return [name for place, name in enumerate(self.games) if place == 0 or name in seen]


def work_out(reading: Reading, games: Games) -> Figures:
    """Figures of the newest versions by name, and of all earlier ones together."""
    shown, rest = _bounded(_in_use([model for model in reading.models if model.game in games]))
    named = [_figures(model, reading, games[model.game]) for model in shown]
    return Figures(reading, games, [*named, *_others(rest, reading, games)])


def _in_use(models: Sequence[ModelRow]) -> list[ModelRow]:
    """Where no version of a game was ever put in use, all that predict are."""
    chosen = {(model.game, model.role) for model in models if model.active}
    return [
        model if (model.game, model.role) in chosen else model._replace(active=True)
        for model in models
    ]


def _bounded(models: Sequence[ModelRow]) -> tuple[list[ModelRow], list[ModelRow]]:
    taken: Counter[tuple[str, str]] = Counter()
    shown: list[ModelRow] = []
    rest: list[ModelRow] = []
    for model in sorted(models, key=lambda m: (not m.active, -m.started_at, -m.id)):
        taken[model.game, model.role] += 1
        kept = taken[model.game, model.role] <= MAX_VERSIONS
        (shown if kept else rest).append(model)
    return sorted(shown, key=lambda m: m.id), rest


def _figures(model: ModelRow, reading: Reading, game: Game) -> ModelFigures:
    lifetime = reading.totals.get(model.id, Lifetime())
    scored = reading.scored.get(model.id, ())
    return ModelFigures(
        labels=(model.game, model.version, model.role),
        game=game,
        lifetime=lifetime,
        last_predicted_at=model.last_predicted_at,
        started_at=model.started_at,
        active=model.active,
        windows=_windows(scored, lifetime, game),
        evidence=reading.evidence.get(model.id),
        trend=trend(game.pool, game.drawn, [(draw.number, draw.totals) for draw in scored]),
        reference=reading.references.get(model.id),
    )


def _windows(scored: Sequence[ScoredDraw], lifetime: Lifetime, game: Game) -> dict[str, Window]:
    draws = [draw.totals for draw in scored]
    assessed = assess_windows(game.pool, game.drawn, draws, lifetime.window_sums())
    tickets = {str(size): sum(draw.tickets for draw in scored[-size:]) for size in WINDOWS}
    tickets[SINCE_START] = lifetime.tickets
    return {name: Window(tickets[name], found) for name, found in assessed.items()}


def _others(rest: Sequence[ModelRow], reading: Reading, games: Games) -> list[ModelFigures]:
    groups: dict[tuple[str, str], list[ModelRow]] = {}
    for model in rest:
        groups.setdefault((model.game, model.role), []).append(model)
    return [_sum(members, reading, games[game]) for (game, _), members in groups.items()]


def _sum(members: Sequence[ModelRow], reading: Reading, game: Game) -> ModelFigures:
    return ModelFigures(
        labels=(game.name, OTHER, members[0].role),
        game=game,
        lifetime=Lifetime.together(reading.totals.get(m.id, Lifetime()) for m in members),
        last_predicted_at=max(model.last_predicted_at for model in members),
        started_at=min(model.started_at for model in members),
        active=False,
    )
