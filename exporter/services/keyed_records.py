"""Records with a key of their caller's: of several with one key, the first counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from exporter.domain.predictions import Failure, Prediction
from exporter.services.delivery import DestinationAway
from exporter.services.intake import Intake
from exporter.storage.spool import KeyIsWaiting

Keyed = TypeVar("Keyed", Prediction, Failure)
#: What begins a key in the spool: no prediction's own begins as a failure's.
_BEGINNINGS: Mapping[type, str] = {Prediction: "", Failure: "failure\0"}


class Stored(Protocol):
    """Where delivered records can be found by their keys."""

    def find(self, key: str) -> Prediction | None:
        """The stored prediction with this key; raises DestinationAway."""

    def find_failure(self, key: str) -> Failure | None:
        """The stored failure with this key, where it can be asked for; raises DestinationAway."""


class KeyedRecords:
    """Looks in the spool first, then among what is stored."""

    def __init__(self, intake: Intake, stored: Stored) -> None:
        self._intake = intake
        self._stored: Mapping[type, Callable[[str], Prediction | Failure | None]] = {
            Prediction: stored.find,
            Failure: stored.find_failure,
        }

    def find(self, kind: type[Keyed], key: str) -> Keyed | None:
        """The record of this kind and key; None when the destination is away, too."""
        waiting = self._intake.waiting(_in_spool(kind, key))
        if isinstance(waiting, kind):
            return waiting
        try:
            with self._intake.outage.spared():
                found = self._stored[kind](key)
        except DestinationAway:
            return None
        return found if isinstance(found, kind) else None

    def accept(self, record: Keyed) -> Keyed:
        """Accepts a record unless its key was used: the one that counts, this or the other."""
        kind = type(record)
        known = self.find(kind, record.key)
        while known is None:
            try:
                self._intake.accept(record, _in_spool(kind, record.key))
            except KeyIsWaiting:  # another caller was quicker by a moment
                known = self.find(kind, record.key)
            else:
                return record
        return known

    def settle(self, keys: Sequence[str]) -> None:
        """Delivers what waits under one of these keys of predictions, as far as that can be."""
        if keys and self._intake.is_one_waiting(keys):
            self._intake.flush()


def _in_spool(kind: type, key: str) -> str:
    return _BEGINNINGS[kind] + key
