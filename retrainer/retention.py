"""Which models and logs of trainings are kept; a pure function of what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from exporter.domain.moments import DAY
from exporter.domain.retraining import Outcome
from exporter.storage.retraining import Trained

#: A version that predicted in this time may be loaded by a predictor, whichever is in use.
_LATELY = 30 * DAY


class Kept(NamedTuple):
    """Versions whose models, and those whose logs, are kept."""

    models: frozenset[str]
    logs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps the `newest` models and logs of a game, and whatever may still be needed."""

    newest: int = 5

    def kept(self, trained: Sequence[Trained], now: int) -> Kept:
        """What stays of a game's ended runs (newest first), `now` in microseconds.

        Beside the newest models: the one in use, the one before it (to go back to), and those
        that predicted lately. Each with its log; so are the newest runs, however they ended.
        """
        made = [one for one in trained if one.outcome == Outcome.SUCCESS]
        in_use = [at for at, one in enumerate(made) if one.is_active]
        back = [made[at + 1] for at in in_use if at + 1 < len(made)]
        needed = [o for o in trained if o.is_active or o.last_predicted_at > now - _LATELY]
        models = frozenset(one.version for one in [*made[: self.newest], *back, *needed])
        return Kept(models, models.union(one.version for one in trained[: self.newest]))
