"""Which models and logs of trainings are kept; a pure function of what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from exporter.domain.moments import DAY
from exporter.domain.retraining import Outcome
from exporter.domain.versions import still_predicts
from exporter.storage.retraining import Trained

#: Longer than elsewhere: what is removed here is gone, and a predictor may come back to it.
_LATELY = 30 * DAY


class Retained(NamedTuple):
    """Versions whose models, and those whose logs, are kept."""

    models: frozenset[str]
    logs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps the `newest` models and logs of a game, and whatever may still be needed."""

    newest: int = 5

    def retained(self, trained: Sequence[Trained], now: int) -> Retained:
        """What stays of a game's ended runs (newest first), `now` in microseconds.

        Beside the newest models: the one in use, the one before it (to go back to), and those
        that predicted lately. Each with its log; so are the newest runs, however they ended.
        """
        successful = [model for model in trained if model.outcome == Outcome.SUCCESS]
        in_use = [at for at, model in enumerate(successful) if model.is_active]
        back = [successful[at + 1] for at in in_use if at + 1 < len(successful)]
        needed = [
            m for m in trained if m.is_active or still_predicts(m.last_predicted_at, now, _LATELY)
        ]
        models = frozenset(model.version for model in [*successful[: self.newest], *back, *needed])
        newest = {model.version for model in trained[: self.newest]}
        return Retained(models, models | newest)
