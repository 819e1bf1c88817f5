"""Whose figures count, and the groups they are broken down into."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import TypeVar

from exporter.domain.moments import HOUR, from_micros, hour_of, to_micros
from exporter.domain.periods import Period, day_period, local_day
from exporter.domain.queries import GroupBy, Selection
from exporter.domain.versions import MODEL
from exporter.storage.read_figures import RollupCell
from exporter.storage.read_models import ModelRow
from exporter.storage.read_scores import ScoreRow

Row = TypeVar("Row", RollupCell, ScoreRow)
#: Names and values of what a group has in common, such as (("day", "2024-01-31"),).
GroupKey = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scope:
    """The model versions that a selection names."""

    models: Sequence[ModelRow]
    selection: Selection

    @classmethod
    def of(cls, models: Iterable[ModelRow], selection: Selection) -> "Scope":
        """Those of `models` that the selection lets through."""
        return cls([model for model in models if _matches(model, selection)], selection)

    @cached_property
    def ids(self) -> list[int]:
        """Ids of all models that may be listed, control arms included."""
        return [model.id for model in self.models]

    @cached_property
    def counted(self) -> list[int]:
        """Ids of the models that totals are made of: control arms only when asked for."""
        named = self.selection.role or self.selection.model_version
        return [model.id for model in self.models if named or model.role == MODEL]

    @cached_property
    def by_id(self) -> Mapping[int, ModelRow]:
        """The models by their ids."""
        return {model.id: model for model in self.models}

    @property
    def first_seen(self) -> int:
        """When the first of the models began, in microseconds; 0 without models."""
        return min((model.started_at for model in self.models), default=0)

    def games(self) -> dict[int, str]:
        """Names of the games of the models, by id."""
        return {model.game_id: model.game for model in self.models}

    def warnings(self) -> list[str]:
        """What a reader should know about this choice of models."""
        if self.models:
            return []
        version = self.selection.model_version
        return [f"no model version {version!r} is known" if version else "no predictions yet"]


class Breakdown:
    """Puts figures into groups: by hour, day, model version, game, or several of them."""

    def __init__(self, scope: Scope, group_by: Sequence[GroupBy], zone: tzinfo, now: int) -> None:
        self.by = tuple(group_by)
        self.by_time = GroupBy.HOUR in self.by or GroupBy.DAY in self.by
        self._scope = scope
        self._zone = zone
        self._now = now
        self._known: dict[tuple[int, int], GroupKey] = {}

    @property
    def models(self) -> list[int]:
        """Whose figures the groups hold: control arms only where each model stands by itself."""
        return self._scope.ids if GroupBy.MODEL_VERSION in self.by else self._scope.counted

    def key(self, model_id: int, moment: int) -> GroupKey:
        """The group of a model's figure at a moment."""
        place = (model_id, hour_of(moment))
        if place not in self._known:
            self._known[place] = self._key(*place)
        return self._known[place]

    def split(self, rows: Iterable[Row]) -> list[tuple[GroupKey, list[Row]]]:
        """The rows of each group, groups in order."""
        groups: dict[GroupKey, list[Row]] = defaultdict(list)
        for row in rows:
            groups[self.key(row.model_id, row.moment)].append(row)
        return sorted(groups.items())

    def length(self, key: GroupKey, period: Period) -> int:
        """Microseconds of the period that a group covers and that are over."""
        covered = self._period(dict(key), period)
        # A period from the beginning of time on begins, for a rate, with the first model.
        start = max(covered.start, period.start) or self._scope.first_seen
        return max(0, min(covered.end, period.end, self._now) - start)

    def _key(self, model_id: int, hour: int) -> GroupKey:
        model = self._scope.by_id[model_id]
        parts: list[tuple[str, str]] = []
        for by in self.by:
            if by is GroupBy.HOUR:
                parts.append(("hour", f"{from_micros(hour):%Y-%m-%dT%H:%M:%SZ}"))
            elif by is GroupBy.DAY:
                parts.append(("day", local_day(hour, self._zone).isoformat()))
            elif by is GroupBy.GAME:
                parts.append(("game", model.game))
            else:
                parts += [("game", model.game), ("model_version", model.version)]
                parts.append(("role", model.role))
        return tuple(parts)

    def _period(self, key: Mapping[str, str], whole: Period) -> Period:
        if "hour" in key:
            start = to_micros(datetime.fromisoformat(key["hour"]))
            return Period(start, start + HOUR)
        return day_period(date.fromisoformat(key["day"]), self._zone) if "day" in key else whole


def _matches(model: ModelRow, selection: Selection) -> bool:
    return (
        selection.game in (None, model.game)
        and selection.model_version in (None, model.version)
        and selection.role in (None, model.role)
    )
