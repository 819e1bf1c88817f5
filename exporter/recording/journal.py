"""Accepted records until they are delivered: on disk, or in memory where less must survive."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import sleep

from exporter.domain.moments import SECOND
from exporter.domain.predictions import Failure, Prediction
from exporter.logs import get_logger
from exporter.recording.envelopes import Record, SpooledResult, UnreadableRecord, pack, unpack
from exporter.recording.quarantining import unreadable
from exporter.recording.spool import Spool

#: How long records that the destination refuses are passed over before they are tried again.
RETRY_SECONDS = 300
#: Records unpacked without a pause.
_AT_ONCE = 50
#: Records written down together by an orderly stop: a spool that is nearly full takes some.
_SAVED_AT_ONCE = 10_000
#: Records that wait in memory at most, before callers write to disk themselves.
MAX_QUEUED = 1_000_000
#: What begins a key in the spool, by kind: no prediction's own begins as the others' do.
_BEGINNINGS: Mapping[type[Record], str] = {
    Prediction: "",
    Failure: "failure\0",
    SpooledResult: "result\0",
}

_log = get_logger(__name__)


@dataclass(slots=True)
class Taken:
    """Records in hand, oldest first; `stuck` says by their places which have to stay, and why.

    `more`: others may wait behind them.
    """

    records: Sequence[Record]
    more: bool
    stuck: Mapping[int, Exception] = field(default_factory=dict)


class Journal:
    """Records on disk, for one process's use of a spool. Raises SpoolFull, SpoolUnusable."""

    def __init__(self, spool: Spool, now: Callable[[], int]) -> None:
        self._spool = spool
        self._now = now
        self._stuck: dict[int, str] = {}
        self._retry_at = 0

    def append(self, record: Record, key: str | None = None) -> None:
        """Keeps a record; with its caller's key unless one of its kind waits: KeyIsWaiting."""
        spool_key = None if key is None else _spool_key(type(record), key)
        self._spool.append(self._now(), pack(record), spool_key)

    def extend(self, records: Sequence[Record]) -> None:
        """Keeps many records, all or none."""
        now = self._now()
        self._spool.extend((now, None, pack(record)) for record in records)

    def find(self, kind: type[Record], key: str) -> Record | None:
        """The record of this kind that was kept under its key, while it waits."""
        body = self._spool.find(_spool_key(kind, key))
        return unpack(body) if body else None

    def holds_one_of(self, keys: Sequence[str]) -> bool:
        """Whether a prediction that was kept under one of these keys waits."""
        return self._spool.holds_one_of(keys)

    @contextmanager
    def taken(self, count: int) -> Iterator[Taken]:
        """The oldest records: gone at the end but for what is stuck, which is passed over a while.

        On an error all stay.
        """
        if self._now() >= self._retry_at:
            self._stuck.clear()
        batch, more = self._spool.oldest(count, self._stuck)
        yield (taken := Taken(self._unpack_all([body for _, body in batch]), more))
        numbers = [number for number, _ in batch]
        self._spool.remove([n for place, n in enumerate(numbers) if place not in taken.stuck])
        self._pass_over({numbers[place]: str(why) for place, why in taken.stuck.items()})
        self._spool.tell(next(iter(self._stuck.values()), ""), len(self._stuck))

    def _pass_over(self, stuck: Mapping[int, str]) -> None:
        if stuck:
            _log.error("records_stuck", records=len(stuck), error=next(iter(stuck.values())))
            self._stuck |= stuck
            self._retry_at = self._now() + RETRY_SECONDS * SECOND

    def _unpack_all(self, bodies: Sequence[bytes]) -> list[Record]:
        records: list[Record] = []
        for start in range(0, len(bodies), _AT_ONCE):
            records += map(self._unpack, bodies[start : start + _AT_ONCE])
            sleep(0)  # lets callers have the interpreter: they must not wait for a whole batch
        return records

    def _unpack(self, body: bytes) -> Record:
        try:
            return unpack(body)
        except UnreadableRecord as error:
            return unreadable(body.hex(), str(error), self._now())


class RelaxedQueue:
    """Records in memory: quicker, and lost only when the process is killed."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: deque[Record] = deque()
        self._in_hand: list[Record] = []

    def has_room(self) -> bool:
        """Whether another record may be put in."""
        return len(self._waiting) < MAX_QUEUED

    def put(self, record: Record) -> None:
        """Keeps a record behind the others."""
        self._waiting.append(record)

    @contextmanager
    def taken(self, count: int) -> Iterator[Taken]:
        """The same of what waits here; what is stuck goes to disk."""
        size = min(len(self._waiting), count)
        records = self._in_hand = [self._waiting.popleft() for _ in range(size)]
        try:
            yield (taken := Taken(records, size == count))
            if taken.stuck:
                self._journal.extend([records[place] for place in taken.stuck])
        except BaseException:
            self._waiting.extendleft(reversed(records))
            raise
        finally:
            self._in_hand = []

    def save(self) -> None:
        """Moves everything to disk."""
        while self._waiting:
            with self.taken(_SAVED_AT_ONCE) as taken:
                self._journal.extend(taken.records)

    def copy(self) -> None:
        """Writes everything down, also what is in hand: delivered twice, it is stored once."""
        if records := [*self._in_hand, *self._waiting]:
            self._journal.extend(records)


def _spool_key(kind: type[Record], key: str) -> str:
    return _BEGINNINGS[kind] + key
