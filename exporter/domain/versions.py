"""Which of a game's model versions is in use, and which still predict.

Everybody who shows, judges or watches versions reads these two answers; the first one stands in
each row of `storage.read_models`.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from exporter.domain.moments import DAY

MODEL, CONTROL = "model", "control"
#: A version that made a prediction in this time still predicts; microseconds.
LATELY = 7 * DAY


class Version(Protocol):
    """What is known of a model version; `last_predicted_at` in microseconds, 0: never."""

    @property
    def version(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def promoted(self) -> bool: ...
    @property
    def last_predicted_at(self) -> int: ...


V = TypeVar("V", bound=Version)


def in_use(versions: Iterable[V]) -> V | None:
    """The one in use of a game's versions: the promoted one, else whose predictions are newest.

    Newest by the moments they were made for, not by when they were recorded; of equals the
    last by name. A control arm never is.
    """
    models = (version for version in versions if version.role == MODEL)
    return max(models, key=recency, default=None)


def recency(version: Version) -> tuple[bool, int, str]:
    """What puts the versions of a game in order: the one in use is the greatest."""
    return version.promoted, version.last_predicted_at, version.version


def still_predicts(last_predicted_at: int, now: int, lately: int = LATELY) -> bool:
    """Whether a version predicted in the last `lately` microseconds."""
    return last_predicted_at > now - lately
