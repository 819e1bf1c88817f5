"""Accepting records: kept on disk before the call returns, delivered in batches behind it."""

import atexit
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize
from threading import Condition, RLock, Thread, current_thread
from time import sleep

from exporter.domain.moments import SECOND
from exporter.domain.predictions import Failure, Prediction
from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.services.delivery import Delivery, DestinationRefuses, is_away
from exporter.services.envelopes import Record, UnreadableRecord, pack, unpack
from exporter.services.outage import Outage
from exporter.services.sifting import Patience, Sifter, unreadable
from exporter.storage.limits import current, limited
from exporter.storage.spool import EVERYTHING, Spool, SpoolState, SpoolUnusable

#: How long a batch waits to fill, and the longest pause between attempts, in seconds.
FILL_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0
#: What a batch may take, and what looking closer at one may.
DELIVERY_SECONDS = 120
#: How long records that the destination refuses are passed over before they are tried again.
RETRY_SECONDS = 300
#: Records unpacked without a pause.
_AT_ONCE = 50
#: Records written down together by an orderly stop: a spool that is nearly full takes some.
_SAVED_AT_ONCE = 10_000
#: Records a relaxed intake holds in memory before callers write to disk themselves.
MAX_QUEUED = 1_000_000
#: What may be delivered in any order. Results correct each other and mend what was quarantined,
#: so all of these go through the spool, which keeps their order.
_ANY_ORDER = frozenset((Prediction, Failure))

_log = get_logger(__name__)


@dataclass(slots=True)
class IntakeCounts:
    """Since this process started."""

    refused: int = 0
    flush_failures: int = 0


class Intake:
    """The way in for every record: spool, then delivery by one background thread.

    `durable` False keeps predictions and failures in memory first: faster, and lost only when
    the process is killed; an orderly stop writes them to the spool when the destination is away.
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
        self._sifter = Sifter(delivery, now)
        self._begin()
        on_fork(self, Intake._begin)

    def _begin(self) -> None:
        """What is a process's own: a forked child has no thread, and its parent the queue."""
        self.counts = IntakeCounts()
        self._queue: deque[Record] = deque()
        self._in_hand: list[Record] = []  # taken from there, and not yet delivered
        self._wake = Condition()
        self._delivering = RLock()
        self._thread: Thread | None = None
        self._at_end: Finalize | None = None
        self._stopping = False
        self._pause = 0.0
        self.outage = Outage()
        self._patience = Patience()
        self._stuck: dict[int, str] = {}
        self._retry_at = 0

    def start(self) -> None:
        """Starts delivering, first what an earlier process left; again is harmless."""
        with self._wake:
            if self._thread is None or not self._thread.is_alive():
                self._stopping = False
                self._thread = Thread(target=self._run, name="lotofacil-intake", daemon=True)
                self._thread.start()
                self._heed_end()

    def _heed_end(self) -> None:
        """Stops in order with the process: a child of multiprocessing ends without atexit."""
        self._forget_end()
        atexit.register(self.stop)
        self._at_end = Finalize(None, self.stop, exitpriority=10)

    def _forget_end(self) -> None:
        atexit.unregister(self.stop)
        if self._at_end:
            self._at_end.cancel()

    def is_running(self) -> bool:
        """Whether records are being delivered."""
        return self._thread is not None and self._thread.is_alive()

    def accept(self, record: Record, callers_key: str | None = None) -> None:
        """Keeps a record; once this returns it will reach its destination exactly once.

        Raises SpoolFull when there is no room, SpoolUnusable: the record was not accepted.
        """
        if (
            not self._durable
            and callers_key is None
            and type(record) in _ANY_ORDER
            and len(self._queue) < MAX_QUEUED
        ):
            self._queue.append(record)
            if self._thread is None:
                self.start()
            return
        try:
            self._spool.append(self._now(), pack(record), callers_key)
        except SpoolUnusable:
            self._count_refused(1)
            raise
        if self._thread is None:
            self.start()

    def accept_all(self, records: Sequence[Record]) -> None:
        """Keeps many records, all or none."""
        now = self._now()
        try:
            self._spool.extend((now, None, pack(record)) for record in records)
        except SpoolUnusable:
            self._count_refused(len(records))
            raise
        self.start()

    def _count_refused(self, records: int) -> None:
        with self._wake:
            self.counts.refused += records

    def waiting(self, callers_key: str) -> Record | None:
        """The record with this key, while it waits in the spool."""
        body = self._spool.find(callers_key)
        return unpack(body) if body else None

    def is_one_waiting(self, callers_keys: Sequence[str]) -> bool:
        """Whether a record with one of these keys waits in the spool."""
        return self._spool.holds_one_of(callers_keys)

    def state(self) -> SpoolState:
        """What waits on disk."""
        return self._spool.state()

    def flush(self) -> bool:
        """Delivers what was accepted before this call; False when the destination is away.

        At once where somebody tries already or did a moment ago: what hangs costs seconds for each
        attempt, and callers would wait for each other's.
        """
        if self.outage.is_on() or not self._delivering.acquire(timeout=current().lock):
            return False
        try:  # whoever was in there may have found out
            return not self.outage.is_on() and self.flush_now()
        finally:
            self._delivering.release()

    def flush_now(self) -> bool:
        """The same, and tries in any case."""
        try:
            while self._deliver_batch():
                pass
        except Exception as error:  # noqa: BLE001 - what waits is safe; the caller's work goes on
            self._tell(error)
            return False
        return True

    def stop(self, seconds: float = 30) -> None:
        """Stops delivering after one more attempt; what cannot be delivered stays on disk.

        An attempt that takes longer than so many seconds is left to itself.
        """
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        thread = self._thread
        if thread and thread is not current_thread():
            thread.join(seconds)
        self._forget_end()
        if thread and thread is not current_thread() and thread.is_alive():
            self._keep([*self._in_hand, *self._queue])  # delivered twice, they are stored once
            return
        self.flush_now()
        self._thread = None  # what is accepted from now on starts another
        self._save_queue()

    def _run(self) -> None:
        while not self._stopping:
            try:
                more = self._deliver_batch()
                self._pause = 0.0
            except Exception as error:  # noqa: BLE001 - nothing would be delivered any more
                more = False
                with self._wake:
                    self.counts.flush_failures += 1
                self._pause = min(max(self._pause * 2, FILL_SECONDS), MAX_PAUSE_SECONDS)
                self._tell(error)
            if not more:
                with self._wake:
                    self._wake.wait_for(lambda: self._stopping, self._pause or FILL_SECONDS)

    def _tell(self, error: Exception) -> None:
        why, pause = str(error), self._pause
        with suppress(OSError):  # it may be the spool itself that is in trouble
            waits = is_away(error) or isinstance(error, SpoolUnusable)
            self._spool.tell(why, 0 if waits else EVERYTHING)
        if is_away(error):
            _log.warning("delivery_failed", error=why, again_in=pause)
        elif isinstance(error, DestinationRefuses):
            _log.error("delivery_refused", error=why, again_in=pause)
        elif isinstance(error, OSError):
            _log.error("spool_unusable", error=why, again_in=pause)
        else:
            _log.error("delivery_broken", error=repr(error), exc_info=error)

    def _deliver_batch(self) -> bool:
        """Delivers up to one batch from memory and one from disk; whether there may be more."""
        with self._delivering:
            try:
                more_queued = self._deliver_queued()
                more_on_disk = self._deliver_oldest()
            finally:
                self._spool.settle()
            return more_queued or more_on_disk

    def _deliver_queued(self) -> bool:
        count = min(len(self._queue), self._batch_size)
        taken = self._in_hand = [self._queue.popleft() for _ in range(count)]
        try:
            if taken:
                self._keep([taken[place] for place in self._deliver(taken)])
        except BaseException:
            self._queue.extendleft(reversed(taken))
            raise
        finally:
            self._in_hand = []
        return count == self._batch_size

    def _deliver_oldest(self) -> bool:
        if self._now() >= self._retry_at:
            self._stuck.clear()
        batch, more = self._spool.oldest(self._batch_size, self._stuck)
        if batch:
            stuck = self._deliver(self._unpack_all([body for _, body in batch]))
            gone = [number for place, (number, _) in enumerate(batch) if place not in stuck]
            self._spool.remove(gone)
            self._pass_over({batch[place][0]: str(fault) for place, fault in stuck.items()})
        self._spool.tell(next(iter(self._stuck.values()), ""), len(self._stuck))
        return more

    def _pass_over(self, stuck: dict[int, str]) -> None:
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

    def _deliver(self, records: Sequence[Record]) -> Mapping[int, Exception]:
        """Delivers records; those that have to stay, by their place, with the reason."""
        stuck: Mapping[int, Exception] = {}
        try:
            with self.outage.watched(), limited(DELIVERY_SECONDS):
                self._delivery.deliver(records)
        except Exception as error:
            if is_away(error) or not self._patience.is_over(error):
                raise
            _log.error("batch_refused", error=str(error), records=len(records))
            with limited(DELIVERY_SECONDS):
                stuck = self._sifter.sift(records)
        self._patience = Patience()
        return stuck

    def _save_queue(self) -> None:
        with self._delivering:
            while self._queue:
                self._save_queued(min(len(self._queue), _SAVED_AT_ONCE))
            self._spool.look()

    def _save_queued(self, count: int) -> None:
        taken = [self._queue.popleft() for _ in range(count)]
        try:
            self._keep(taken)
        except BaseException:
            self._queue.extendleft(reversed(taken))
            raise

    def _keep(self, records: Sequence[Record]) -> None:
        if records:
            now = self._now()
            self._spool.extend((now, None, pack(record)) for record in records)
