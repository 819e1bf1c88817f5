"""What the spool holds: accepted records, each with its kind, in a compact form."""

import json
from collections.abc import Set
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from exporter.domain.games import Game
from exporter.domain.moments import from_micros
from exporter.domain.plain_values import plain
from exporter.domain.predictions import MAX_TEXT, Failure, Prediction, said
from exporter.domain.results import Result
from exporter.domain.texts import printable
from exporter.domain.tickets import decode

#: Letters of a quarantined record that are kept, and of the reason.
MAX_BODY = 1_000_000
MAX_REASON = 2000


class Quarantined(NamedTuple):
    """A record that broke its game's rules, as it came (`body` is JSON)."""

    kind: str
    game: str
    key: str
    reason: str
    body: str
    quarantined_at: int


class SpooledResult(NamedTuple):
    """A checked draw result; numbers as text, since a bit set may not fit a packed integer.

    `accepted_at` (microseconds) tells two deliveries of the same record from two records.
    """

    game: str
    number: int
    drawn_at: int
    numbers: str
    prizes: dict[int, int]
    recorded_by: str
    accepted_at: int
    key: str | None = None

    @property
    def unsaid(self) -> Set[str]:
        """What may differ when the result comes again under its key: who tells it, and when."""
        return {"recorded_by", "accepted_at"}

    def result(self) -> Result:
        """What was drawn, as storage takes it."""
        return Result(self.number, self.drawn_at, int(self.numbers), self.prizes)

    def body(self, game: Game) -> dict[str, Any]:
        """With the documented names, as REST takes it: the same record when it is sent again."""
        return {
            "game_type": game.name,
            "draw_number": self.number,
            "winning_numbers": decode(int(self.numbers), game),
            "draw_date": from_micros(self.drawn_at).isoformat(),
            "prizes": {str(hits): cents / 100 for hits, cents in self.prizes.items()} or None,
            "accepted_at": from_micros(self.accepted_at).isoformat(),
            "idempotency_key": self.key,
        }


Record = Prediction | Failure | Quarantined | SpooledResult
_KINDS: dict[str, type[Record]] = {
    "prediction": Prediction,
    "failure": Failure,
    "quarantined": Quarantined,
    "result": SpooledResult,
}
#: What each kind of record is called.
KIND_NAMES: dict[type[Record], str] = {kind: name for name, kind in _KINDS.items()}
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, tuple[object, ...]])


def quarantine_key(why: str, record: Prediction | Failure) -> str:
    """Of a record that was turned away: what says the same again, whenever made, is the same."""
    words = repr({name: value for name, value in said(record).items() if value is not None})
    digest = blake2b(words.encode(), digest_size=16).hexdigest()
    return f"{why}:{digest}:{record.key}"[:MAX_TEXT]


def refused(kind: str, game: str, key: str, reason: str, record: object, at: int) -> Quarantined:
    """A record that broke a rule, whatever was given, in a form that can be kept anywhere."""
    why, body = printable(reason)[:MAX_REASON], _as_json(record)[:MAX_BODY]
    return Quarantined(kind, game, printable(key)[:MAX_TEXT], why, body, at)


def _as_json(record: object) -> str:
    try:
        return json.dumps(record, default=_own)
    except (TypeError, ValueError, RecursionError):  # such as a mapping within itself
        return json.dumps(_shown(record))


def _own(value: object) -> object:
    own = plain(value)
    return str(value) if type(own) is type(value) else own


def _shown(record: object) -> str:
    try:
        return repr(record)
    except (ValueError, RecursionError):  # nested too deeply, or with too many digits
        return f"what cannot be shown: {type(record).__name__}"


class UnreadableRecord(ValueError):
    """Bytes in the spool that no version of this product wrote."""


def pack(record: Record) -> bytes:
    """The record as the spool keeps it."""
    return _encoder.encode((KIND_NAMES[type(record)], record))


def unpack(body: bytes) -> Record:
    """The record that was packed; raises UnreadableRecord."""
    try:
        name, values = _decoder.decode(body)
        return msgspec.convert(values, _KINDS[name])
    except (msgspec.MsgspecError, KeyError) as error:
        raise UnreadableRecord(f"spooled record cannot be read: {error}") from error
