"""What the spool holds: accepted records, each with its kind, in a compact form."""

from typing import NamedTuple

import msgspec

from exporter.domain.predictions import Failure, Prediction

#: Letters of a quarantined record that are kept.
MAX_BODY = 1_000_000


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


Record = Prediction | Failure | Quarantined | SpooledResult
_KINDS: dict[str, type[Record]] = {
    "prediction": Prediction,
    "failure": Failure,
    "quarantined": Quarantined,
    "result": SpooledResult,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, tuple[object, ...]])


class UnreadableRecord(ValueError):  # noqa: N818 - reads as the sentence it is
    """Bytes in the spool that no version of this product wrote."""


def pack(record: Record) -> bytes:
    """The record as the spool keeps it."""
    return _encoder.encode((_NAMES[type(record)], record))


def unpack(body: bytes) -> Record:
    """The record that was packed; raises UnreadableRecord."""
    try:
        name, values = _decoder.decode(body)
        return msgspec.convert(values, _KINDS[name])
    except (msgspec.MsgspecError, KeyError) as error:
        raise UnreadableRecord(f"spooled record cannot be read: {error}") from error
