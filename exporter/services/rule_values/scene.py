"""Whom a rule watches: the models it means, in one reading of the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.domain.alerts import AlertRule, Span
from exporter.domain.games import Games
from exporter.domain.lifetime import Lifetime
from exporter.storage.read_models import ModelRow
from exporter.storage.snapshot import Reading

MODEL = "model"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in its metric's unit, None: unknown; `sample`: tickets or calls behind it."""

    value: float | None
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A rule, the reading, and the models that the rule means, oldest first."""

    rule: AlertRule
    reading: Reading
    games: Games
    models: Sequence[ModelRow]

    @classmethod
    def of(cls, rule: AlertRule, reading: Reading, games: Games) -> "Scene":
        """The models that the rule names: control arms only by their version."""
        named = [model for model in reading.models if model.game in games and _means(rule, model)]
        if rule.game is None and rule.span is not Span.TIME and _is_of_one_game(rule):
            named = _of_first_scored(named, reading, games)
        return cls(rule, reading, games, named)

    @property
    def game(self) -> str:
        """The game of the models; "" for models of several games, or none."""
        names = {model.game for model in self.models}
        return self.rule.game or (names.pop() if len(names) == 1 else "")

    @property
    def role(self) -> str:
        """That of a control arm where only such are meant; "" where there are no models."""
        roles = {model.role for model in self.models}
        return MODEL if MODEL in roles else "".join(roles)

    @property
    def model_in_use(self) -> ModelRow:
        """The one that was promoted, else the newest: for figures that cannot be added up."""
        active = [model for model in self.models if model.active]
        return (active or self.models)[-1]

    def lifetime(self) -> Lifetime:
        """What the models did since their start, all together."""
        totals = self.reading.totals
        return Lifetime.together(totals.get(model.id, Lifetime()) for model in self.models)


def _means(rule: AlertRule, model: ModelRow) -> bool:
    counted = model.role == MODEL or rule.model_version is not None
    of_game = rule.game in (None, model.game)
    return counted and of_game and rule.model_version in (None, model.version)


def _is_of_one_game(rule: AlertRule) -> bool:
    return rule.metric_type.startswith(("accuracy", "confidence."))


def _of_first_scored(models: Sequence[ModelRow], reading: Reading, games: Games) -> list[ModelRow]:
    # As the summary does: the accuracies of several games have no chance in common.
    scored = games.real_first(model.game for model in models if reading.scored.get(model.id))
    return [model for model in models if scored and model.game == scored[0]]
