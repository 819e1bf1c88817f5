"""Predictions as they arrive: checked field by field, then a plain tuple ready for storage."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count, islice
from operator import itemgetter
from typing import Any, NamedTuple

from exporter.domain.games import Game, Games
from exporter.domain.moments import YEARS, parse_moment, to_micros
from exporter.domain.tickets import LOW_WORD, WORD, InvalidNumbers, encode_ticket

#: Confidence and latency travel in millionths: 600 000 is 0.6.
MILLION = 1_000_000
ROLES = ("model", "control")
UNVERSIONED = "unversioned"
MAX_TEXT = 128
MAX_LATENCY_SECONDS = 86_400
_INTEGERS = frozenset({int})
_SEQUENCES = (list, tuple)


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


#: What a prediction may say, by the documented names, in the order of the documented call.
NAMES = (
    "game_type",
    "numbers",
    "confidence",
    "model_version",
    "metadata",
    "draw_number",
    "predicted_at",
    "latency",
    "role",
    "idempotency_key",
    "filled_in",
)
FIELDS = frozenset(NAMES)
_REQUIRED = frozenset(("game_type", "numbers"))


class PredictionParser:
    """Turns mappings with the documented names into `Prediction`s.

    `now` gives microseconds, `encode_metadata` JSON text, `default_version` the model
    version in use for a game, None where that is not known now; `key_prefix`, unique to this
    parser, begins the keys it makes. Every call is checked in full: the quick way through accepts
    only what is surely right, and the slow way says what is wrong.
    """

    def __init__(
        self,
        games: Games,
        now: Callable[[], int],
        encode_metadata: Callable[[Any], str],
        key_prefix: str,
        default_version: Callable[[str], str | None] = lambda _game: UNVERSIONED,
    ) -> None:
        self._games = games
        self.now = now
        self._encode_metadata = encode_metadata
        self._default_version = default_version
        self.bits = {name: _bit_table(game) for name, game in games.items()}
        self.sizes = {name: frozenset(game.sizes) for name, game in games.items()}
        self._new_keys = map((key_prefix + "{:08x}").format, count())

    def parse(self, raw: Any) -> Prediction:
        """The checked prediction; raises InvalidPrediction that names the field and the rule."""
        if not isinstance(raw, Mapping) or not _REQUIRED <= raw.keys() <= FIELDS:
            raise _misfit(raw)
        return self.check(tuple(map(raw.get, NAMES)))

    def check(self, given: Sequence[Any]) -> Prediction:
        """The same for values in the order of NAMES, None for what was left out.

        In one piece: it runs with every single prediction, and calls cost more than checks.
        """
        game, numbers, confidence, version, metadata, draw, moment, latency, role, key, told = given
        size, bits = self._numbers(game, numbers)
        high = bits >> WORD
        return _new_prediction(
            Prediction,
            (
                next(self._new_keys) if key is None else self.key(key),
                game,
                self.version(version, game),
                None if role is None else parse_role_of(role, version),
                self.now() if moment is None else parse_moment_of(moment, 0),
                None if draw is None else parse_draw_number(draw),
                size,
                bits & LOW_WORD if high else bits,
                high or None,
                None if confidence is None else parse_confidence(confidence),
                None if latency is None else parse_latency(latency),
                None if metadata is None else self.metadata(metadata),
                filled_in(moment, version, told),
            ),
        )

    def _numbers(self, game: Any, numbers: Any) -> tuple[int, int]:
        try:
            size, bit = len(numbers), self.bits[game]
            # itemgetter fetches all at once; for one number it would give no tuple.
            bits = sum(itemgetter(*numbers)(bit)) if size > 1 else bit[numbers[0]]
        except (LookupError, TypeError):
            raise self._explain(game, numbers) from None
        # A sum of powers of two keeps one bit for each only when they are distinct.
        if (
            bits.bit_count() != size
            or size not in self.sizes[game]
            or not _INTEGERS.issuperset(map(type, numbers))
            or not isinstance(numbers, _SEQUENCES)
        ):
            raise self._explain(game, numbers)
        return size, bits

    def model_version(self, value: object) -> str:
        """A checked model version; raises InvalidPrediction."""
        version = _text("model_version", value)
        if not version:
            raise InvalidPrediction("model_version", "is missing")
        return version

    def key(self, given: object) -> str:
        """The caller's key, checked, or a new one."""
        return _text("idempotency_key", given) or next(self._new_keys)

    def new_keys(self, count: int) -> list[str]:
        """As many new keys, ascending."""
        return list(islice(self._new_keys, count))

    def version(self, given: object, game: str) -> str | None:
        """The model version, checked; the one in use when none is given, None: not known."""
        return _text("model_version", given) or self._default_version(game)

    def metadata(self, metadata: object) -> str | None:
        """The metadata as JSON text; None stays None."""
        if metadata is None:
            return None
        if not isinstance(metadata, Mapping):
            raise InvalidPrediction("metadata", f"{metadata!r} is not a mapping")
        try:
            return self._encode_metadata(metadata)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidPrediction("metadata", f"cannot be written as JSON ({error})") from None

    def _explain(self, game: object, numbers: object) -> InvalidPrediction:
        if not isinstance(game, str) or game not in self._games:
            known = ", ".join(sorted(self._games))
            return InvalidPrediction("game_type", f"{game!r} is not known; known games: {known}")
        try:
            encode_ticket(numbers, self._games[game])
        except InvalidNumbers as error:
            return InvalidPrediction("numbers", str(error).removeprefix("numbers: "))
        return InvalidPrediction("numbers", "cannot be read")


def _misfit(raw: object) -> InvalidPrediction:
    """What is wrong with a prediction's fields, before their values are looked at."""
    if not isinstance(raw, Mapping):
        return InvalidPrediction("prediction", f"must be a mapping, not {type(raw).__name__}")
    for field in ("game_type", "numbers"):
        if field not in raw:
            return InvalidPrediction(field, "is missing")
    unknown = sorted(map(str, raw.keys() - FIELDS))
    known = ", ".join(sorted(FIELDS))
    return InvalidPrediction(unknown[0], f"is not a known field; known fields: {known}")


_new_prediction = tuple.__new__


def filled_in(moment: object, version: object, told: object) -> int:
    """The bits of what was not given: left out here, or by what the sender had it from (`told`).

    Raises InvalidPrediction.
    """
    filled = (moment is None) * MOMENT | (version is None) * VERSION
    return filled if told is None else filled | parse_filled_in(told)


def parse_filled_in(value: object) -> int:
    """The bits of a list of names; raises InvalidPrediction."""
    try:
        if isinstance(value, _SEQUENCES):
            return sum(FILLABLE[name] for name in set(value))
    except (KeyError, TypeError):
        pass
    known = ", ".join(FILLABLE)
    raise InvalidPrediction("filled_in", f"{value!r} is not a list of some of: {known}")


def names_filled(prediction: Prediction) -> list[str]:
    """The names of what was not given."""
    return [name for name, bit in FILLABLE.items() if prediction.filled & bit]


def same_body(first: Prediction, again: Prediction) -> bool:
    """Whether a repeated key carries the same prediction, in all that was given this time."""
    return again.as_given(first) == first


def _bit_table(game: Game) -> dict[int, int]:
    return {game.first + k: 1 << k for k in range(game.pool)}


def parse_confidence(value: object) -> int | None:
    """Millionths of a share from 0 to 1; raises InvalidPrediction."""
    if value is None:
        return None
    if (type(value) is float or type(value) is int) and 0 <= value <= 1:
        return round(value * MILLION)
    raise InvalidPrediction("confidence", f"{value!r} is not a number from 0 to 1")


def parse_latency(value: object) -> int | None:
    """Microseconds of a duration in seconds, at most a day; raises InvalidPrediction."""
    if value is None:
        return None
    if (type(value) is float or type(value) is int) and 0 <= value <= MAX_LATENCY_SECONDS:
        return round(value * MILLION)
    raise InvalidPrediction("latency", f"{value!r} is not a number of seconds from 0 to 86400")


def _text(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable():
        if value[0] != " " != value[-1]:
            return value
        # MySQL takes "a" and "a " for the same.
        raise InvalidPrediction(field, f"{value!r} begins or ends with a blank")
    raise InvalidPrediction(field, f"{value!r} is not a text of 1 to {MAX_TEXT} letters")


def parse_optional_text(field: str, value: object) -> str | None:
    """A text that a caller may leave out, such as a model version; raises InvalidPrediction."""
    return None if value is None else _text(field, value)


def is_key(value: object) -> bool:
    """Whether a prediction may have this as its idempotency key."""
    try:
        return bool(_text("idempotency_key", value))
    except InvalidPrediction:
        return False


def parse_role(value: object) -> str | None:
    """The role, None when none is given; raises InvalidPrediction."""
    if value is None:
        return None
    if isinstance(value, str) and value in ROLES:
        return value
    raise InvalidPrediction("role", f"{value!r} is not one of {', '.join(ROLES)}")


def parse_role_of(value: object, version: object) -> str | None:
    """The role beside the version that was given; raises InvalidPrediction."""
    role = parse_role(value)
    if role == "control" and version is None:
        # The version in use is a model.
        raise InvalidPrediction("role", "'control' needs the control arm's own model_version")
    return role


def contradiction(role: str, version: str, of_version: str) -> InvalidPrediction:
    """A role that was given and is not its version's: a version has one."""
    return InvalidPrediction("role", f"{role!r} contradicts {version!r}, which is a {of_version}")


def parse_draw_number(value: object) -> int | None:
    """A draw number, or None; raises InvalidPrediction."""
    if value is None or (type(value) is int and 0 < value < 2**31):
        return value
    raise InvalidPrediction("draw_number", f"{value!r} is not a positive integer")


def parse_moment_of(value: object, now: int, field: str = "predicted_at") -> int:
    """Microseconds of a datetime or ISO 8601 text, `now` for None; raises InvalidPrediction."""
    if value is None:
        return now
    try:
        moment = value if isinstance(value, datetime) else parse_moment(str(value))
    except ValueError:
        raise InvalidPrediction(field, f"{value!r} is not an ISO 8601 moment") from None
    if moment.year not in YEARS:
        raise InvalidPrediction(field, f"{str(value)!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return to_micros(moment)
