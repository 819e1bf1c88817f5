"""Accepting records: kept on disk before the call returns, delivered in batches behind it."""

import atexit
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread, current_thread
from time import sleep
from typing import Protocol
from uuid import uuid4

from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.services.delivery import Delivery, DestinationAway
from exporter.services.envelopes import Quarantined, Record, UnreadableRecord, pack, unpack
from exporter.storage.spool import Spool, SpoolFull, SpoolState

#: How long a batch waits to fill, and the longest pause between attempts, in seconds.
FILL_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0
#: Records unpacked without a pause.
_AT_ONCE = 50
#: Records a relaxed intake holds in memory before callers write to disk themselves.
MAX_QUEUED = 1_000_000

_log = get_logger(__name__)


class Clock(Protocol):
    """Gives the moment in microseconds."""

    def __call__(self) -> int: ...


@dataclass(slots=True)
class IntakeCounts:
    """Since this process started."""

    refused: int = 0
    flush_failures: int = 0


class Intake:
    """The way in for every record: spool, then delivery by one background thread.

    `durable` False keeps records in memory first: faster, and lost only when the process is
    killed; an orderly stop writes them to the spool when the destination is away.
    """

    def __init__(
        self,
        spool: Spool,
        delivery: Delivery,
        now: Callable[[], int],
        *,
        batch_size: int = 1000,
        durable: bool = True,
    ) -> None:
        self._spool = spool
        self._delivery = delivery
        self._now = now
        self._batch_size = batch_size
        self._durable = durable
        self._begin()
        on_fork(self, Intake._begin)

    def _begin(self) -> None:
        """What is a process's own: a forked child has no thread, and its parent the queue."""
        self.counts = IntakeCounts()
        self._queue: deque[Record] = deque()
        self._wake = Condition()
        self._delivering = Condition()
        self._thread: Thread | None = None
        self._stopping = False
        self._pause = 0.0

    def start(self) -> None:
        """Starts delivering, first what an earlier process left; again is harmless."""
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._stopping = False
                self._thread = Thread(target=self._run, name="lotofacil-intake", daemon=True)
                self._thread.start()
                atexit.register(self.stop)

    def is_running(self) -> bool:
        """Whether records are being delivered."""
        return self._thread is not None and self._thread.is_alive()

    def accept(self, record: Record, callers_key: str | None = None) -> None:
        """Keeps a record; once this returns it will reach its destination exactly once.

        Raises SpoolFull when there is no room: the record was not accepted.
        """
        if not self._durable and callers_key is None and len(self._queue) < MAX_QUEUED:
            self._queue.append(record)
            if self._thread is None:
                self.start()
            return
        try:
            self._spool.append(self._now(), pack(record), callers_key)
        except SpoolFull:
            self.counts.refused += 1
            raise
        if self._thread is None:
            self.start()

    def accept_all(self, records: Sequence[Record]) -> None:
        """Keeps many records, all or none."""
        now = self._now()
        try:
            self._spool.extend((now, None, pack(record)) for record in records)
        except SpoolFull:
            self.counts.refused += len(records)
            raise
        self.start()

    def waiting(self, callers_key: str) -> Record | None:
        """The record with this key, while it waits in the spool."""
        body = self._spool.find(callers_key)
        return unpack(body) if body else None

    def state(self) -> SpoolState:
        """What waits on disk."""
        return self._spool.state()

    def flush(self) -> bool:
        """Delivers what was accepted before this call; False when the destination is away."""
        try:
            while self._deliver_batch():
                pass
        except Exception as error:  # noqa: BLE001 - what waits is safe; the caller's work goes on
            self._tell(error)
            return False
        return True

    def stop(self) -> None:
        """Stops delivering after one more attempt; what cannot be delivered stays on disk."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        thread = self._thread
        if thread and thread is not current_thread():
            thread.join(timeout=30)
        self.flush()
        atexit.unregister(self.stop)
        self._thread = None  # what is accepted from now on starts another
        self._save_queue()

    def _run(self) -> None:
        while not self._stopping:
            try:
                more = self._deliver_batch()
                self._pause = 0.0
            except Exception as error:  # noqa: BLE001 - nothing would be delivered any more
                more = False
                self.counts.flush_failures += 1
                self._pause = min(max(self._pause * 2, FILL_SECONDS), MAX_PAUSE_SECONDS)
                self._tell(error)
            if not more:
                with self._wake:
                    self._wake.wait_for(lambda: self._stopping, self._pause or FILL_SECONDS)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, DestinationAway):
            _log.warning("delivery_failed", error=str(error), again_in=self._pause)
        elif isinstance(error, OSError):
            _log.error("spool_unusable", error=str(error), again_in=self._pause)
        else:
            _log.error("delivery_broken", error=repr(error), exc_info=error)

    def _deliver_batch(self) -> bool:
        """Delivers up to one batch from memory and one from disk; whether there may be more."""
        with self._delivering:
            try:
                queued = self._deliver_queued()
                batch = self._spool.oldest(self._batch_size)
                if batch:
                    self._deliver(self._unpack_all([body for _, body in batch]))
                    self._spool.remove([number for number, _ in batch])
            finally:
                self._spool.settle()
            return self._batch_size in (queued, len(batch))

    def _deliver_queued(self) -> int:
        count = min(len(self._queue), self._batch_size)
        taken = [self._queue.popleft() for _ in range(count)]
        try:
            if taken:
                self._deliver(taken)
        except BaseException:
            self._queue.extendleft(reversed(taken))
            raise
        return count

    def _unpack_all(self, bodies: Sequence[bytes]) -> list[Record]:
        records: list[Record] = []
        for start in range(0, len(bodies), _AT_ONCE):
            records += map(self._unpack, bodies[start : start + _AT_ONCE])
            sleep(0)  # lets callers have the interpreter: they must not wait for a whole batch
        return records

    def _deliver(self, records: Sequence[Record]) -> None:
        try:
            self._delivery.deliver(records)
        except DestinationAway:
            raise
        except Exception as error:  # noqa: BLE001 - one record must not hold up all others
            _log.error("batch_refused", error=str(error), records=len(records))
            self._deliver_singly(records)

    def _unpack(self, body: bytes) -> Record:
        try:
            return unpack(body)
        except UnreadableRecord as error:
            return self._unreadable(body.hex(), str(error))

    def _deliver_singly(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                self._delivery.deliver([record])
            except DestinationAway:
                raise
            except Exception as error:  # noqa: BLE001 - kept in quarantine with its reason
                self._delivery.deliver([self._unreadable(repr(record), str(error))])

    def _unreadable(self, body: str, why: str) -> Quarantined:
        now = self._now()
        key = f"unreadable:{uuid4().hex}"
        return Quarantined("prediction", "unknown", key, why[:1000], body, now)

    def _save_queue(self) -> None:
        with self._delivering:
            taken = [self._queue.popleft() for _ in range(len(self._queue))]
            try:
                now = self._now()
                self._spool.extend((now, None, pack(record)) for record in taken)
            except BaseException:
                self._queue.extendleft(reversed(taken))
                raise
            self._spool.look()
