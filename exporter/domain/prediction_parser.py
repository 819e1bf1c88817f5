"""Predictions as they arrive: a mapping or a call, checked into a plain tuple."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count, islice
from operator import call, itemgetter
from typing import Any

from exporter.domain.games import Game, Games
from exporter.domain.horizon import Horizon
from exporter.domain.plain_values import plain_text
from exporter.domain.prediction_fields import (
    PARSERS,
    filled_in,
    parse_draw_number,
    parse_duration,
    parse_moment_of,
    parse_role_of,
    parse_share,
    parse_text,
)
from exporter.domain.predictions import PLAIN, UNVERSIONED, InvalidPrediction, Kind, Prediction
from exporter.domain.tickets import LOW_WORD, WORD, InvalidNumbers, encode_ticket

_INTEGERS = frozenset({int})
_SEQUENCES = (list, tuple)
#: What a prediction may say, by the documented names, in the order of the documented call.
_DOCUMENTED = (
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
#: Plain fields that were declared since: behind all others, as in Prediction.
_LATER = tuple(name for name in PLAIN if name not in _DOCUMENTED)
NAMES = (*_DOCUMENTED, *_LATER)
FIELDS = frozenset(NAMES)
_REQUIRED = frozenset(("game_type", "numbers"))
_new_prediction = tuple.__new__


class PredictionParser:
    """Turns mappings with the documented names into `Prediction`s.

    `now` gives microseconds, `encode_json` JSON text, `default_version` the model
    version in use for a game, None where that is not known now; `key_prefix`, unique to this
    parser, begins the keys it makes; `horizon`, by default that of all games, says how far ahead
    they may look. Every call is checked in full: the quick way through accepts only what is surely
    right, and the slow way takes what a library gave for it, or says what is wrong.
    """

    def __init__(
        self,
        games: Games,
        now: Callable[[], int],
        encode_json: Callable[[Any], str],
        key_prefix: str,
        default_version: Callable[[str], str | None] = lambda _game: UNVERSIONED,
        horizon: Horizon | None = None,
    ) -> None:
        self._games = games
        self.now = now
        self._encode_json = encode_json
        self._default_version = default_version
        self.horizon = horizon or Horizon(games.values(), now)
        self.bits = {name: _bit_table(game) for name, game in games.items()}
        self.sizes = {name: frozenset(game.sizes) for name, game in games.items()}
        self._new_keys = map((key_prefix + "{:08x}").format, count())
        parse = {**PARSERS, Kind.JSON: self._json}
        self.plain = {name: partial(parse[field.kind], name) for name, field in PLAIN.items()}
        self._later = [self.plain[name] for name in _LATER]

    def parse(self, raw: Any) -> Prediction:
        """The checked prediction; raises InvalidPrediction that names the field and the rule."""
        if not isinstance(raw, Mapping) or not _REQUIRED <= raw.keys() <= FIELDS:
            raise _misfit(raw)
        return self.check(tuple(map(raw.get, NAMES)))

    def check(self, values: Sequence[Any]) -> Prediction:
        """The same for values in the order of NAMES, None for what was left out.

        In one piece: it runs with every single prediction, and calls cost more than checks.
        """
        game, numbers, share, version, metadata, draw, at, latency, role, key, names, *more = values
        size, bits = self._numbers(game, numbers)
        high = bits >> WORD
        checked: tuple[Any, ...] = (
            next(self._new_keys) if key is None else self.key(key),
            game if type(game) is str else plain_text(game),
            self.version(version, game),
            None if role is None else parse_role_of(role, version),
            self.now() if at is None else self._moment(at, game),
            None if draw is None else self._draw(draw, game),
            size,
            bits & LOW_WORD if high else bits,
            high or None,
            None if share is None else parse_share("confidence", share),
            None if latency is None else parse_duration("latency", latency),
            None if metadata is None else self._json("metadata", metadata),
            filled_in(at, version, names),
        )
        if more:
            checked = (*checked, *map(call, self._later, more))
        return _new_prediction(Prediction, checked)

    def _numbers(self, game: Any, numbers: Any) -> tuple[int, int]:
        try:
            bit, sizes = self.bits[game], self.sizes[game]
            if isinstance(numbers, _SEQUENCES) and (size := len(numbers)) in sizes:
                # itemgetter fetches all at once; for one number it would give no tuple.
                bits = sum(itemgetter(*numbers)(bit)) if size > 1 else bit[numbers[0]]
                # A sum of powers of two keeps one bit for each only when they are distinct.
                if bits.bit_count() == size and _INTEGERS.issuperset(map(type, numbers)):
                    return size, bits
        except (LookupError, TypeError):
            pass
        return self._slowly(game, numbers)

    def model_version(self, value: object) -> str:
        """A checked model version; raises InvalidPrediction."""
        version = parse_text("model_version", value)
        if not version:
            raise InvalidPrediction("model_version", "is missing")
        return version

    def key(self, value: object) -> str:
        """The caller's key, checked, or a new one."""
        return parse_text("idempotency_key", value) or next(self._new_keys)

    def new_keys(self, count: int) -> list[str]:
        """As many new keys, ascending."""
        return list(islice(self._new_keys, count))

    def version(self, value: object, game: str) -> str | None:
        """The model version, checked; the one in use when none is given, None: not known."""
        return parse_text("model_version", value) or self._default_version(game)

    def _json(self, field: str, value: object) -> str | None:
        """A mapping as JSON text; None stays None."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise InvalidPrediction(field, f"{value!r} is not a mapping")
        try:
            return self._encode_json(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidPrediction(field, f"cannot be written as JSON ({error})") from None

    def _moment(self, value: object, game: str) -> int:
        moment = parse_moment_of(value, 0)
        self.horizon.check_moment(game, moment)
        return moment

    def _draw(self, value: object, game: str) -> int | None:
        number = parse_draw_number(value)
        self.horizon.check_number(game, number or 0)
        return number

    def _slowly(self, game: object, numbers: object) -> tuple[int, int]:
        """The size and bits of what is no list of plain integers; raises InvalidPrediction."""
        if not isinstance(game, str) or game not in self._games:
            games = ", ".join(sorted(self._games))
            raise InvalidPrediction("game_type", f"{game!r} is not known; known games: {games}")
        try:
            bits = encode_ticket(numbers, self._games[game])
        except InvalidNumbers as error:
            reason = str(error).removeprefix("numbers: ")
            raise InvalidPrediction("numbers", reason) from None
        return bits.bit_count(), bits


def _misfit(raw: object) -> InvalidPrediction:
    """What is wrong with a prediction's fields, before their values are looked at."""
    if not isinstance(raw, Mapping):
        return InvalidPrediction("prediction", f"must be a mapping, not {type(raw).__name__}")
    for field in ("game_type", "numbers"):
        if field not in raw:
            return InvalidPrediction(field, "is missing")
    unknown = sorted(map(str, raw.keys() - FIELDS))
    names = ", ".join(sorted(FIELDS))
    return InvalidPrediction(unknown[0], f"is not a known field; known fields: {names}")


def _bit_table(game: Game) -> dict[int, int]:
    return {game.first + k: 1 << k for k in range(game.pool)}
