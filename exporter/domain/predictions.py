"""Predictions as they arrive: checked field by field, then a plain tuple ready for storage."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count, islice
from operator import itemgetter
from typing import Any, NamedTuple

from exporter.domain.games import Game, Games
from exporter.domain.moments import YEARS, parse_moment, to_micros
from exporter.domain.tickets import InvalidNumbers, encode_ticket

MILLION = 1_000_000
ROLES = ("model", "control")
UNVERSIONED = "unversioned"
MAX_TEXT = 128
MAX_LATENCY_SECONDS = 86_400
_LOW_BITS = (1 << 63) - 1
_INTEGERS = {int}


class InvalidPrediction(ValueError):  # noqa: N818 - reads as the sentence it is
    """A prediction that breaks a rule; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class Prediction(NamedTuple):
    """A checked prediction. Times are microseconds, confidence millionths, numbers bit sets.

    `draw_number` None means the first draw at or after `predicted_at`.
    """

    key: str
    game: str
    model_version: str
    role: str
    predicted_at: int
    draw_number: int | None
    size: int
    numbers: int
    numbers_high: int | None
    confidence: int | None
    latency: int | None
    metadata: str | None


class Failure(NamedTuple):
    """A predictor call that failed: no ticket came out. Times are microseconds."""

    key: str
    game: str
    model_version: str
    role: str
    failed_at: int
    latency: int | None
    error: str


FIELDS = frozenset(
    {
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
    }
)


class PredictionParser:
    """Turns mappings with the documented names into `Prediction`s.

    `now` gives microseconds, `encode_metadata` JSON text, `default_version` the model
    version in use for a game; `key_prefix`, unique to this parser, begins the keys it makes.
    Every call is checked in full: the quick way through accepts only what is surely right,
    and the slow way says what is wrong.
    """

    def __init__(
        self,
        games: Games,
        now: Callable[[], int],
        encode_metadata: Callable[[Any], str],
        key_prefix: str,
        default_version: Callable[[str], str] = lambda _game: UNVERSIONED,
    ) -> None:
        self._games = games
        self.now = now
        self._encode_metadata = encode_metadata
        self._default_version = default_version
        self.bits = {name: _bit_table(game) for name, game in games.items()}
        self.sizes = {name: frozenset(game.sizes) for name, game in games.items()}
        self._prefix = key_prefix
        self._serial = count()

    def parse(self, raw: Mapping[str, Any]) -> Prediction:
        """The checked prediction; raises InvalidPrediction that names the field and the rule."""
        try:
            game = raw["game_type"]
            numbers = raw["numbers"]
            size, bit = len(numbers), self.bits[game]
            # itemgetter fetches all at once; for one number it would give no tuple.
            bits = sum(itemgetter(*numbers)(bit)) if size > 1 else bit[numbers[0]]
        except (LookupError, TypeError):
            raise self._explain(raw) from None
        # A sum of powers of two keeps one bit for each only when they are distinct.
        if (
            bits.bit_count() != size
            or size not in self.sizes[game]
            or set(map(type, numbers)) != _INTEGERS
            or not isinstance(numbers, list | tuple)
            or not raw.keys() <= FIELDS
        ):
            raise self._explain(raw)
        return self._complete(raw, game, size, bits)

    def model_version(self, value: object) -> str:
        """A checked model version; raises InvalidPrediction."""
        version = _text("model_version", value)
        if not version:
            raise InvalidPrediction("model_version", "is missing")
        return version

    def _complete(self, raw: Mapping[str, Any], game: str, size: int, bits: int) -> Prediction:
        get = raw.get
        high = bits >> 63
        return _new_prediction(
            Prediction,
            (
                self.key(get("idempotency_key")),
                game,
                self.version(get("model_version"), game),
                parse_role(get("role")),
                parse_moment_of(get("predicted_at"), self.now()),
                parse_draw_number(get("draw_number")),
                size,
                bits & _LOW_BITS if high else bits,
                high or None,
                parse_confidence(get("confidence")),
                parse_latency(get("latency")),
                self.metadata(get("metadata")),
            ),
        )

    def key(self, given: object) -> str:
        """The caller's key, checked, or a new one."""
        return _text("idempotency_key", given) or f"{self._prefix}{next(self._serial):08x}"

    def new_keys(self, count: int) -> list[str]:
        """As many new keys, ascending."""
        return [f"{self._prefix}{serial:08x}" for serial in islice(self._serial, count)]

    def version(self, given: object, game: str) -> str:
        """The model version, checked; the one in use when none is given."""
        return _text("model_version", given) or self._default_version(game)

    def metadata(self, metadata: object) -> str | None:
        """The metadata as JSON text; None stays None."""
        if metadata is None:
            return None
        if not isinstance(metadata, Mapping):
            raise InvalidPrediction("metadata", f"{metadata!r} is not a mapping")
        try:
            return self._encode_metadata(metadata)
        except (TypeError, ValueError) as error:
            raise InvalidPrediction("metadata", f"cannot be written as JSON ({error})") from None

    def _explain(self, raw: object) -> InvalidPrediction:
        if not isinstance(raw, Mapping):
            return InvalidPrediction("prediction", f"must be a mapping, not {type(raw).__name__}")
        for field in ("game_type", "numbers"):
            if field not in raw:
                return InvalidPrediction(field, "is missing")
        unknown = sorted(map(str, raw.keys() - FIELDS))
        if unknown:
            known = ", ".join(sorted(FIELDS))
            return InvalidPrediction(unknown[0], f"is not a known field; known fields: {known}")
        return self._explain_numbers(raw)

    def _explain_numbers(self, raw: Mapping[str, Any]) -> InvalidPrediction:
        name = raw["game_type"]
        if not isinstance(name, str) or name not in self._games:
            known = ", ".join(sorted(self._games))
            return InvalidPrediction("game_type", f"{name!r} is not known; known games: {known}")
        try:
            encode_ticket(raw["numbers"], self._games[name])
        except InvalidNumbers as error:
            return InvalidPrediction("numbers", str(error).removeprefix("numbers: "))
        return InvalidPrediction("numbers", "cannot be read")


_new_prediction = tuple.__new__


def same_body(first: Prediction, again: Prediction, *, with_moment: bool) -> bool:
    """Whether a repeated key carries the same prediction.

    The moment counts only when the caller gave it: made for the call, it differs each time.
    """
    if not with_moment:
        again = again._replace(predicted_at=first.predicted_at)
    return first == again


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
        return value
    raise InvalidPrediction(field, f"{value!r} is not a text of 1 to {MAX_TEXT} letters")


def parse_optional_text(field: str, value: object) -> str | None:
    """A text that a caller may leave out, such as a model version; raises InvalidPrediction."""
    return None if value is None else _text(field, value)


def parse_role(value: object) -> str:
    """The role, "model" when none is given; raises InvalidPrediction."""
    if value is None or value == "model":
        return "model"
    if value == "control":
        return "control"
    raise InvalidPrediction("role", f"{value!r} is not one of {', '.join(ROLES)}")


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
