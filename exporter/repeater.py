"""Work that is done again and again in a thread of its own."""

from collections.abc import Callable
from threading import Event, Lock, Thread, current_thread


class Repeater:
    """Does `work`, then waits `pause` seconds, until it is stopped; what it raises is `handle`d.

    Either may set `pause` for the wait that follows. A forked child has no thread: `start` begins
    anew there.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        handle: Callable[[Exception], None],
        pause: float,
    ) -> None:
        self.pause = pause
        self.failures = 0
        self._name, self._work, self._handle = name, work, handle
        self._starting = Lock()
        self._thread: Thread | None = None
        self._stopping = self._wake = Event()

    def start(self) -> bool:
        """Begins at once; False, and nothing happens, where it runs already."""
        with self._starting:
            if self.is_running():
                return False
            # New ones: a thread that outlived its stop must not take this start for its own.
            self._stopping, self._wake = signals = Event(), Event()
            self._thread = Thread(target=self._run, args=signals, name=self._name, daemon=True)
            self._thread.start()
            return True

    def stop(self, seconds: float | None = None) -> bool:
        """Ends after the work under way; False where that takes longer than so many seconds."""
        self._stopping.set()
        self._wake.set()
        thread = self._thread
        if thread and thread is not current_thread():
            thread.join(seconds)
            return not thread.is_alive()
        return True

    def is_running(self) -> bool:
        """Whether the work goes on; not after `stop`, even where it is still at its last."""
        return self._thread is not None and self._thread.is_alive() and not self._stopping.is_set()

    def wake(self) -> None:
        """Does the work now; once more where it is under way."""
        self._wake.set()

    def _run(self, stopping: Event, wake: Event) -> None:
        while not stopping.is_set():
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the work would never be done again
                self.failures += 1
                self._handle(error)
            # Waited first, then cleared: a wake in between is not lost, nor one to stop.
            wake.wait(self.pause)
            wake.clear()
