"""Records that cannot be stored, in the form in which quarantine keeps each of them once."""

from hashlib import blake2b

from exporter.domain.fates import ConflictingKey
from exporter.domain.games import UNKNOWN_GAME, Games
from exporter.domain.predictions import Failure
from exporter.recording.envelopes import (
    KIND_NAMES,
    Quarantined,
    Record,
    SpooledResult,
    quarantine_key,
    refused,
)


def quarantined(record: Record, fault: Exception | None, games: Games) -> Quarantined:
    """What its destination refused for this fault, or None: its key came with another body.

    Its moment is the record's own, so that it is the same one when it is delivered again.
    """
    if isinstance(record, Quarantined):
        return record
    kind = "prediction"
    if isinstance(record, SpooledResult):
        kind, key, at = "result", str(record.number), record.accepted_at
    elif isinstance(record, Failure):
        key, at = quarantine_key("conflict", record), record.failed_at
    else:  # the right one under its key mends it, unless that is stored already
        key = record.key if fault else quarantine_key("conflict", record)
        at = record.predicted_at
    why = str(fault or ConflictingKey(str(record.key), KIND_NAMES[type(record)]))
    return refused(kind, record.game, key, why, record.body(games[record.game]), max(at, 0))


def broken(record: Record, why: str, now: int) -> Quarantined:
    """What raises an error with every attempt; a result under its number, where it is mended."""
    quarantine = unreadable(repr(record), why, now)
    if isinstance(record, SpooledResult):
        key, at = str(record.number), record.accepted_at
        return quarantine._replace(kind="result", game=record.game, key=key, quarantined_at=at)
    return quarantine


def unreadable(shown: str, why: str, now: int) -> Quarantined:
    """A record of the spool that nobody can read."""
    key = f"unreadable:{blake2b(shown.encode(), digest_size=16).hexdigest()}"
    return Quarantined("prediction", UNKNOWN_GAME, key, " ".join(why.split())[:1000], shown, now)
