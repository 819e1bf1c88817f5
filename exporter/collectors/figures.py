"""What the collectors read: one reading of the database, already bounded and worked out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.catalog import WINDOWS
from exporter.domain.games import Game, Games
from exporter.domain.statistics import (
    Assessment,
    Calibration,
    CalibrationSums,
    Evidence,
    Trend,
    WindowSums,
    assess,
    calibration,
    trend,
)
from exporter.storage.references import Reference
from exporter.storage.snapshot import Cells, Model, Reading, ScoredDraw

#: Model versions shown by name for each game and role; earlier ones are summed up as `other`.
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
    cells: Cells
    last_predicted_at: int
    started_at: int
    active: bool
    windows: Mapping[str, Window] = field(default_factory=dict)
    evidence: Evidence | None = None
    trend: Trend | None = None
    reference: Reference | None = None

    def total(self, measure: str) -> int:
        """The lifetime total of a measure without buckets."""
        return self.cells.get((measure, 0), 0)

    def buckets(self, measure: str) -> dict[int, int]:
        """The lifetime counts of a measure by bucket."""
        return {bucket: n for (name, bucket), n in self.cells.items() if name == measure}

    @property
    def calibration(self) -> Calibration | None:
        """Confidence beside accuracy, over the version's life; None without confidences."""
        bins = self.buckets("claim_tickets")
        sums = {bucket: _claims(self.cells, bucket) for bucket in bins}
        return calibration(self.game.chance, sums)


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


def _in_use(models: Sequence[Model]) -> list[Model]:
    """Where no version of a game was ever put in use, all that predict are."""
    chosen = {(model.game, model.role) for model in models if model.active}
    return [
        model if (model.game, model.role) in chosen else replace(model, active=True)
        for model in models
    ]


def _bounded(models: Sequence[Model]) -> tuple[list[Model], list[Model]]:
    taken: Counter[tuple[str, str]] = Counter()
    shown: list[Model] = []
    rest: list[Model] = []
    for model in sorted(models, key=lambda m: (not m.active, -m.started_at, -m.id)):
        taken[model.game, model.role] += 1
        kept = taken[model.game, model.role] <= MAX_VERSIONS
        (shown if kept else rest).append(model)
    return sorted(shown, key=lambda m: m.id), rest


def _figures(model: Model, reading: Reading, game: Game) -> ModelFigures:
    cells = reading.totals.get(model.id, {})
    scored = reading.scored.get(model.id, ())
    return ModelFigures(
        labels=(model.game, model.version, model.role),
        game=game,
        cells=cells,
        last_predicted_at=model.last_predicted_at,
        started_at=model.started_at,
        active=model.active,
        windows=_windows(scored, cells, game),
        evidence=reading.evidence.get(model.id),
        trend=trend(game.pool, game.drawn, [(draw.number, draw.totals) for draw in scored]),
        reference=reading.references.get(model.id),
    )


def _windows(scored: Sequence[ScoredDraw], cells: Cells, game: Game) -> dict[str, Window]:
    found = {}
    for name in WINDOWS:
        if name == "all":
            sums, tickets = _lifetime(cells), _scored(cells)
        else:
            part = scored[-int(name) :]
            sums = WindowSums.of(draw.totals for draw in part)
            tickets = sum(draw.tickets for draw in part)
        found[name] = Window(tickets, assess(game.pool, game.drawn, sums))
    return found


def _lifetime(cells: Cells) -> WindowSums:
    names = (
        "scored_draws",
        "numbers",
        "hits",
        "held_squared",
        "numbers_squared",
        "hits_squared",
        "hits_numbers",
    )
    return WindowSums(*(cells.get((name, 0), 0) for name in names))


def _scored(cells: Cells) -> int:
    return sum(n for (measure, _), n in cells.items() if measure == "scored")


def _claims(cells: Cells, bucket: int) -> CalibrationSums:
    names = CalibrationSums.__dataclass_fields__
    return CalibrationSums(**{name: cells.get((f"claim_{name}", bucket), 0) for name in names})


def _others(rest: Sequence[Model], reading: Reading, games: Games) -> list[ModelFigures]:
    groups: dict[tuple[str, str], list[Model]] = {}
    for model in rest:
        groups.setdefault((model.game, model.role), []).append(model)
    return [_sum(members, reading, games[game]) for (game, _), members in groups.items()]


def _sum(members: Sequence[Model], reading: Reading, game: Game) -> ModelFigures:
    cells: Counter[tuple[str, int]] = Counter()
    for model in members:
        cells.update(reading.totals.get(model.id, {}))
    return ModelFigures(
        labels=(game.name, OTHER, members[0].role),
        game=game,
        cells=cells,
        last_predicted_at=max(model.last_predicted_at for model in members),
        started_at=min(model.started_at for model in members),
        active=False,
    )
