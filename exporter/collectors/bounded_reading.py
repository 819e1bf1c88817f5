"""What the collectors read: one reading of the database, already bounded and worked out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.domain.games import Game, Games
from exporter.domain.lifetime import Lifetime
from exporter.domain.versions import recency
from exporter.figures.model_figures import ModelFigures, figures_of
from exporter.storage.snapshot import Reading

#: Versions shown by name for each game and role; earlier ones are summed up as `other`.
MAX_VERSIONS = 20
OTHER = "other"


@dataclass(frozen=True, slots=True)
class BoundedReading:
    """Everything the snapshot collectors show."""

    reading: Reading
    games: Games
    models: Sequence[ModelFigures] = ()

    @property
    def shown_games(self) -> Sequence[str]:
        """Games with records, and the first of all: a scrape of an empty database shows it."""
        seen = {model.row.game for model in self.models} | self.reading.draws.keys()
        return [name for place, name in enumerate(self.games) if place == 0 or name in seen]


def work_out(reading: Reading, games: Games) -> BoundedReading:
    """Figures of the newest versions by name, and of all earlier ones together."""
    shown, rest = _bounded(figures_of(reading, games))
    others: dict[tuple[str, str], list[ModelFigures]] = defaultdict(list)
    for model in rest:
        others[model.row.game, model.row.role].append(model)
    return BoundedReading(reading, games, [*shown, *map(_together, others.values())])


def _bounded(models: Sequence[ModelFigures]) -> tuple[list[ModelFigures], list[ModelFigures]]:
    versions: Counter[tuple[str, str]] = Counter()
    shown: list[ModelFigures] = []
    rest: list[ModelFigures] = []
    # Not by when they began: one that predicts still must not lose its figures, and its alerts.
    newest = sorted(models, key=lambda m: (m.row.active, recency(m.row), m.row.id), reverse=True)
    for model in newest:
        versions[model.row.game, model.row.role] += 1
        is_shown = versions[model.row.game, model.row.role] <= MAX_VERSIONS
        (shown if is_shown else rest).append(model)
    return sorted(shown, key=lambda model: model.row.id), rest


def _together(models: Sequence[ModelFigures]) -> ModelFigures:
    game: Game = models[0].game
    row = models[0].row._replace(
        version=OTHER,
        active=False,
        started_at=min(model.row.started_at for model in models),
        last_predicted_at=max(model.row.last_predicted_at for model in models),
    )
    return ModelFigures(row, game, Lifetime.together(m.lifetime for m in models), draws=None)
