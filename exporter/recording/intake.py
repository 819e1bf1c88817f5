"""The way in for every record: kept before the call returns, and delivered behind it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock
from typing import TypeVar

from exporter.domain.fates import ConflictingKey, Fate, Fates
from exporter.domain.games import Games
from exporter.domain.predictions import Failure, Prediction
from exporter.forks import on_fork
from exporter.recording.courier import Courier
from exporter.recording.destination import Availability, Destination, DestinationUnavailable
from exporter.recording.envelopes import KIND_NAMES, Record, SpooledResult
from exporter.recording.handover import Handover
from exporter.recording.journal import Journal, RelaxedQueue
from exporter.recording.spool import KeyIsWaiting, Spool
from exporter.recording.spool_file import SpoolUnusable

#: What may be delivered in any order. Results correct each other and mend what was quarantined,
#: so all of these go through the journal, which keeps their order.
_ANY_ORDER = frozenset((Prediction, Failure))
Keyed = TypeVar("Keyed", Prediction, Failure, SpooledResult)


class KeyTurns:
    """Calls with one key follow each other; those with other keys go on at once."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._keys: set[str] = set()

    @contextmanager
    def of(self, keys: Collection[str]) -> Iterator[None]:
        """For whoever looks keys up and records under them: the next one finds what he did."""
        with self._changed:
            self._changed.wait_for(lambda: self._keys.isdisjoint(keys))
            self._keys.update(keys)
        try:
            yield
        finally:
            with self._changed:
                self._keys.difference_update(keys)
                self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """Since this process started: records that were not accepted, deliveries that failed."""

    refused: int
    flush_failures: int


class Intake:
    """Accepts records of every kind into the journal, or hands them on at once.

    `durable` False keeps predictions and failures in memory first: faster, and lost only when
    the process is killed; an orderly stop writes them to the spool when the destination is away.
    """

    def __init__(
        self,
        spool: Spool,
        destination: Destination,
        games: Games,
        now: Callable[[], int],
        *,
        batch_size: int = 1000,
        durable: bool = True,
    ) -> None:
        self.destination = destination
        self.state = spool.state
        self._spool = spool
        self._games = games
        self._now = now
        self._batch_size = batch_size
        self._durable = durable
        self._begin()
        on_fork(self, Intake._begin_in_child)

    def _begin(self) -> None:
        """What is a process's own."""
        self.availability = Availability()
        self.journal = Journal(self._spool, self._now)
        self._queue = RelaxedQueue(self.journal)
        self.courier = Courier(
            self._spool,
            self._queue,
            self.journal,
            Handover(self.destination, self.availability, self._games, self._now),
            self.availability,
            self._batch_size,
        )
        self._refused = 0
        self._counting = Lock()
        self.turns = KeyTurns()

    def _begin_in_child(self) -> None:
        self.courier.forget_end()
        self._begin()

    @property
    def counts(self) -> IntakeCounts:
        """What went wrong so far."""
        return IntakeCounts(self._refused, self.courier.attempts.failures)

    def accept(self, record: Record, key: str | None = None) -> None:
        """Keeps a record; once this returns it will reach its destination exactly once.

        Raises SpoolFull when there is no room, SpoolUnusable: the record was not accepted;
        KeyIsWaiting where one of its kind waits under the `key` of its caller.
        """
        if not self._durable and self._may_queue(record, key):
            self._queue.put(record)
        else:
            try:
                self.journal.append(record, key)
            except SpoolUnusable:
                self._count_refused(1)
                raise
        if not self.courier.awake:
            self.courier.start()

    def _may_queue(self, record: Record, key: str | None) -> bool:
        return key is None and type(record) in _ANY_ORDER and self._queue.has_room()

    def accept_all(self, records: Sequence[Record]) -> None:
        """Keeps many records, all or none; raises as `accept` does."""
        try:
            self.journal.extend(records)
        except SpoolUnusable:
            self._count_refused(len(records))
            raise
        self.courier.start()

    def accept_once(
        self, record: Keyed, key: str | None, same: Callable[[Keyed, Keyed], bool]
    ) -> tuple[Keyed, Fate]:
        """Keeps a record unless its caller's key was used: the one that counts, and if it is new.

        Of several calls with one key at once the others wait for the first, and hear of it.
        `same` tells of a record that was kept and a later one whether they are the same. Raises
        ConflictingKey, and what `accept` does.
        """
        if key is None:
            self.accept(record)
            return record, Fate.NEW
        with self.turns.of((key,)):
            first = self.find(type(record), key)
            while first is None:
                try:
                    self.accept(record, key)
                except KeyIsWaiting:  # another process was quicker by a moment
                    first = self.find(type(record), key)
                else:
                    return record, Fate.NEW
        if not same(first, record):
            raise ConflictingKey(key, KIND_NAMES[type(record)])
        return first, Fate.REPEATED

    def find(self, kind: type[Keyed], key: str) -> Keyed | None:
        """The record of this kind and key, waiting or stored; None when the destination is away."""
        record = self.journal.find(kind, key)
        if record is None:
            try:
                with self.availability.spared():
                    record = self.destination.find(kind, key)
            except DestinationUnavailable:
                return None
        return record if isinstance(record, kind) else None

    def hand_on(self, deliver: Callable[[], Fates], keep: Callable[[str], Fates]) -> Fates:
        """What becomes of records that are delivered at once, or else kept: `keep` is told why."""
        try:
            with self.availability.spared():
                fates = deliver()
        except DestinationUnavailable as error:
            return keep(str(error))
        return keep("it waits in the exporter's spool, too") if fates.waiting else fates

    def _count_refused(self, records: int) -> None:
        with self._counting:
            self._refused += records
