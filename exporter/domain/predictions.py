"""Checked predictions and failed calls: plain tuples, ready for storage."""

from typing import NamedTuple

#: Confidence and latency travel in millionths: 600 000 is 0.6.
MILLION = 1_000_000
ROLES = ("model", "control")
UNVERSIONED = "unversioned"
MAX_TEXT = 128
MAX_LATENCY_SECONDS = 86_400


class InvalidPrediction(ValueError):
    """A prediction that breaks a rule; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


#: What is filled in where a caller leaves it out, as bits of `Prediction.filled`.
MOMENT, VERSION = 1, 2
FILLABLE = {"predicted_at": MOMENT, "model_version": VERSION}


class Prediction(NamedTuple):
    """A checked prediction. Times are microseconds, confidence millionths, numbers bit sets.

    `draw_number` None means the first draw at or after `predicted_at`, `model_version` None the
    one in use when it is stored (the one in use now is not known), `role` None its version's.
    `filled` has the bits of what the caller did not give: a repeat of it may differ in that.
    """

    key: str
    game: str
    model_version: str | None
    role: str | None
    predicted_at: int
    draw_number: int | None
    size: int
    numbers: int
    numbers_high: int | None
    confidence: int | None
    latency: int | None
    metadata: str | None
    filled: int = 0

    def as_given(self, stored: "Prediction") -> "Prediction":
        """This with what was not given taken from what is `stored`."""
        filled, role = self.filled, self.role or stored.role
        return self._replace(
            model_version=stored.model_version if filled & VERSION else self.model_version,
            role=role,
            predicted_at=stored.predicted_at if filled & MOMENT else self.predicted_at,
            filled=stored.filled,
        )


class Failure(NamedTuple):
    """A predictor call that failed: no ticket came out. Times are microseconds.

    `model_version` None is the one in use when it is stored, `role` None its version's, `filled`
    the bits of what the caller did not give.
    """

    key: str
    game: str
    model_version: str | None
    role: str | None
    failed_at: int
    latency: int | None
    error: str
    filled: int = 0


def same_failure(stored: Failure, again: Failure) -> bool:
    """Whether a repeated key carries the same failed call: game, error, latency and version.

    Its moment may be made for each telling, its role is its version's, and a version that was not
    given is not compared.
    """
    version = stored.model_version if again.filled & VERSION else again.model_version
    given = again._replace(failed_at=stored.failed_at, model_version=version)
    return given._replace(role=stored.role, filled=stored.filled) == stored


def names_filled(prediction: Prediction) -> list[str]:
    """The names of what was not given."""
    return [name for name, bit in FILLABLE.items() if prediction.filled & bit]


def same_body(first: Prediction, again: Prediction) -> bool:
    """Whether a repeated key carries the same prediction, in all that was given this time."""
    return again.as_given(first) == first


def contradiction(role: str, version: str, of_version: str) -> InvalidPrediction:
    """A role that was given and is not its version's: a version has one."""
    return InvalidPrediction("role", f"{role!r} contradicts {version!r}, which is a {of_version}")
