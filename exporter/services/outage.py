"""That the destination was away a moment ago: so that one tries, and not everybody in turn."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from exporter.services.delivery import DestinationAway, is_away
from exporter.storage.limits import current

#: For how long nobody else tries after an attempt that failed: at first and at most, in seconds.
_FIRST_SECONDS = 0.2
_MOST_SECONDS = 5.0


class Outage:
    """One for each destination and process, told by everything that asks the destination.

    `clock` gives seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._trying = 0
        self._pause = 0.0
        self._until = 0.0

    def is_on(self) -> bool:
        """Whether to do without: it was away, and somebody tries now or did a moment ago."""
        with self._lock:
            return bool(self._pause) and (self._trying > 0 or self._clock() < self._until)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """For an attempt: what it raises tells whether the destination is away.

        Where the limits of who tries are passed, it tells nothing: they may have ended it.
        """
        with self._lock:
            self._trying += 1
        away: bool | None = False
        try:
            yield
        except DestinationAway as error:
            is_over = is_away(error) and current().fault(time.monotonic())
            away = None if is_over else is_away(error)
            raise
        finally:
            self._ended(away)

    @contextmanager
    def spared(self) -> Iterator[None]:
        """For an attempt that others need not make too. Raises DestinationAway at once while on."""
        if self.is_on():
            raise DestinationAway("it was away a moment ago")
        with self.watched():
            yield

    def _ended(self, away: bool | None) -> None:
        with self._lock:
            self._trying -= 1
            if away is None:
                return
            longer = max(2 * self._pause, _FIRST_SECONDS)
            self._pause = min(longer, _MOST_SECONDS) if away else 0.0
            self._until = self._clock() + self._pause
