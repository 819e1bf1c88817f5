"""What a prediction and a failed call say: each field is declared here, once, by its name.

Calls, REST's bodies, the spool, the tables and comparison follow from these declarations. What
has a rule of its own (numbers, version, role, moment, draw) is treated by name where that rule
stands; any other field is `Plain`, and its kind says all about it.
"""

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any, NamedTuple, Protocol, get_type_hints

from exporter.domain.games import Game
from exporter.domain.moments import from_micros
from exporter.domain.tickets import decode, joined

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


class Kind(Enum):
    """How a plain field's value is said and kept; None is None everywhere."""

    TEXT = auto()  # of 1 to MAX_TEXT letters
    SHARE = auto()  # from 0 to 1; kept in millionths
    DURATION = auto()  # seconds, at most MAX_LATENCY_SECONDS; kept in microseconds
    JSON = auto()  # a mapping; kept as its JSON text


@dataclass(frozen=True, slots=True)
class Plain:
    """A field of one name in calls, bodies and tables, that callers may leave out.

    `about` is what REST's document says of it.
    """

    kind: Kind
    about: str = ""


LATENCY = Plain(Kind.DURATION, "The predictor's seconds.")

#: What is filled in where a caller leaves it out, as bits of a record's `filled`.
MOMENT, VERSION = 1, 2
FILLABLE = {"predicted_at": MOMENT, "model_version": VERSION}


class Prediction(NamedTuple):
    """A checked prediction. Times are microseconds, numbers bit sets.

    `draw_number` None means the first draw at or after `predicted_at`, `model_version` None the
    one in use when it is stored (the one in use now is not known), `role` None its version's.
    `filled` has the bits of what the caller did not give: a repeat of it may differ in that.
    The spool keeps the values in this order: a new field goes to the end, with a default.
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
    confidence: Annotated[int | None, Plain(Kind.SHARE)]
    latency: Annotated[int | None, LATENCY]
    metadata: Annotated[str | None, Plain(Kind.JSON)]
    filled: int = 0

    @property
    def unsaid(self) -> Set[str]:
        """The fields that are no part of what this says: a repetition may differ in them."""
        role = {"role"} if self.role is None else set()
        return {"filled", *names_filled(self), *role}

    def body(self, game: Game) -> dict[str, Any]:
        """With the documented names, as REST takes and gives it."""
        names = names_filled(self)
        return {
            "game_type": self.game,
            "numbers": decode(joined(self.numbers, self.numbers_high), game),
            "model_version": self.model_version,
            "draw_number": self.draw_number,
            "predicted_at": from_micros(self.predicted_at).isoformat(),
            "role": self.role,
            "idempotency_key": self.key,
            **plain_values(PLAIN, self),
            **({"filled_in": names} if names else {}),
        }


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
    latency: Annotated[int | None, LATENCY]
    error: str
    filled: int = 0

    @property
    def unsaid(self) -> Set[str]:
        """The fields that are no part of what this says.

        Its moment may be made for each telling, and its role is its version's.
        """
        return {"filled", "failed_at", "role", *names_filled(self)}

    def body(self, game: Game) -> dict[str, Any]:
        """With the documented names, as REST takes it."""
        return {
            "game_type": game.name,
            "error": self.error,
            "model_version": self.model_version,
            "role": self.role,
            "failed_at": from_micros(self.failed_at).isoformat(),
            "idempotency_key": self.key,
            **plain_values(FAILURE_PLAIN, self),
        }


def _plain_fields(record: type) -> dict[str, Plain]:
    hints = get_type_hints(record, include_extras=True).items()
    notes = ((name, note) for name, hint in hints for note in getattr(hint, "__metadata__", ()))
    return {name: note for name, note in notes if isinstance(note, Plain)}


#: The plain fields of a prediction and of a failed call, by name.
PLAIN = _plain_fields(Prediction)
FAILURE_PLAIN = _plain_fields(Failure)
_SAID: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,
    Kind.SHARE: lambda millionths: millionths / MILLION,
    Kind.DURATION: lambda micros: micros / MILLION,
    Kind.JSON: json.loads,
}


def plain_values(fields: Mapping[str, Plain], record: object) -> dict[str, Any]:
    """The plain fields of whatever has them as attributes, as callers say them."""
    values = ((name, field.kind, getattr(record, name)) for name, field in fields.items())
    return {name: None if value is None else _SAID[kind](value) for name, kind, value in values}


def names_filled(record: Prediction | Failure) -> list[str]:
    """The names of what was not given."""
    return [name for name, bit in FILLABLE.items() if record.filled & bit]


class Repeatable(Protocol):
    """What may come again under its key: a tuple whose `unsaid` fields may then differ."""

    @property
    def unsaid(self) -> Set[str]:
        """The fields that are no part of what it says."""

    def _asdict(self) -> dict[str, Any]: ...


def said(record: Repeatable) -> dict[str, Any]:
    """What a record says, by field."""
    unsaid = record.unsaid
    return {name: value for name, value in record._asdict().items() if name not in unsaid}


def same_record(first: Repeatable, again: Repeatable) -> bool:
    """Whether a repeated key carries the same record, in all that it says this time."""
    return said(again).items() <= first._asdict().items()


def contradiction(role: str, version: str, of_version: str) -> InvalidPrediction:
    """A role that was given and is not its version's: a version has one."""
    return InvalidPrediction("role", f"{role!r} contradicts {version!r}, which is a {of_version}")
