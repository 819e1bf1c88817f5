"""The thread that takes what waits to its destination, in batches."""

import atexit
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.util import Finalize
from threading import RLock

from exporter.logs import get_logger
from exporter.recording.destination import Availability, DestinationAway, DestinationRefuses
from exporter.recording.envelopes import Record
from exporter.recording.handover import Handover, Patience
from exporter.recording.journal import Journal, RelaxedQueue
from exporter.recording.spool import EVERYTHING, Spool
from exporter.recording.spool_file import SpoolUnusable
from exporter.repeater import Repeater
from exporter.storage.limits import current, limited

#: How long a batch waits to fill, and the longest pause between attempts, in seconds.
FILL_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0
#: What looking closer at a batch may take.
_CLOSER_SECONDS = 120

_log = get_logger(__name__)


class Courier:
    """One for each process: a forked child has neither its parent's thread nor its queue."""

    def __init__(
        self,
        spool: Spool,
        queue: RelaxedQueue,
        journal: Journal,
        handover: Handover,
        availability: Availability,
        batch_size: int,
    ) -> None:
        self.awake = False  # from `start` to the end of `stop`
        self._spool = spool
        self._queue = queue
        self._sources: tuple[RelaxedQueue | Journal, ...] = (queue, journal)
        self._handover = handover
        self._availability = availability
        self._batch_size = batch_size
        self.attempts = Repeater("lotofacil-intake", self._attempt, self._slow_down, FILL_SECONDS)
        self._delivering = RLock()
        self._at_end: Finalize | None = None
        self._pause = 0.0
        self._patience = Patience()

    def start(self) -> None:
        """Starts delivering, first what an earlier process left; again is harmless."""
        self.awake = True
        if self.attempts.start():
            self._heed_end()

    def _heed_end(self) -> None:
        """Stops in order with the process: a child of multiprocessing ends without atexit."""
        self.forget_end()
        atexit.register(self.stop)
        self._at_end = Finalize(None, self.stop, exitpriority=10)

    def forget_end(self) -> None:
        """Leaves the end of the process to others."""
        atexit.unregister(self.stop)
        if self._at_end:
            self._at_end.cancel()

    def flush(self) -> bool:
        """Delivers what was accepted before this call; False when the destination is away.

        At once where somebody tries already or did a moment ago: what hangs costs seconds for each
        attempt, and callers would wait for each other's.
        """
        is_away = self._availability.is_away
        if is_away() or not self._delivering.acquire(timeout=current().lock):
            return False
        try:  # whoever was in there may have found out
            return not is_away() and self.flush_now()
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
        ended = self.attempts.stop(seconds)
        self.forget_end()
        if not ended:
            self._queue.copy()
            return
        self.flush_now()
        self.awake = False  # what is accepted from now on starts another
        with self._delivering:
            self._queue.save()
            self._spool.look()

    def _attempt(self) -> None:
        self.attempts.pause = 0.0 if self._deliver_batch() else FILL_SECONDS
        self._pause = 0.0

    def _slow_down(self, error: Exception) -> None:
        self._pause = min(max(self._pause * 2, FILL_SECONDS), MAX_PAUSE_SECONDS)
        self.attempts.pause = self._pause
        self._tell(error)

    def _deliver_batch(self) -> bool:
        """Delivers up to one batch from memory and one from disk; whether there may be more."""
        more = False
        with self._delivering:
            try:
                for source in self._sources:
                    with source.taken(self._batch_size) as taken:
                        try:
                            self._handover.deliver(taken.records)
                        except Exception as error:  # noqa: BLE001 - it is raised again, or told
                            taken.stuck = self._look_closer(taken.records, error)
                    more |= taken.more
                    if taken.records:
                        self._patience = Patience()
            finally:
                self._spool.settle()
        return more

    def _look_closer(self, records: Sequence[Record], error: Exception) -> Mapping[int, Exception]:
        """What has to stay of a batch that was refused; raises again while it has to as a whole."""
        if isinstance(error, DestinationAway) or not self._patience.is_over(error):
            raise error
        _log.error("batch_refused", error=str(error), records=len(records))
        with limited(_CLOSER_SECONDS):
            return self._handover.sift(records)

    def _tell(self, error: Exception) -> None:
        why, pause, is_away = str(error), self._pause, isinstance(error, DestinationAway)
        with suppress(OSError):  # it may be the spool itself that is in trouble
            self._spool.tell(why, 0 if is_away or isinstance(error, SpoolUnusable) else EVERYTHING)
        if is_away:
            _log.warning("delivery_failed", error=why, again_in=pause)
        elif isinstance(error, DestinationRefuses):
            _log.error("delivery_refused", error=why, again_in=pause)
        elif isinstance(error, OSError):
            _log.error("spool_unusable", error=why, again_in=pause)
        else:
            _log.error("delivery_broken", error=repr(error), exc_info=error)
