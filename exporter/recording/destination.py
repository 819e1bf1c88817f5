"""Where records go (the database, or another exporter), and whether it takes and answers now."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple, Protocol

from exporter.domain.batches import Columns
from exporter.domain.fates import Fates
from exporter.domain.predictions import Failure, Prediction
from exporter.recording.envelopes import Record
from exporter.storage.faults import Fault
from exporter.storage.limits import current

#: For how long nobody else tries after an attempt that failed: at first and at most, in seconds.
_FIRST_SECONDS = 0.2
_MOST_SECONDS = 5.0


class DestinationUnavailable(ConnectionError):
    """The destination takes or tells nothing now, for this `fault`; what is accepted stays."""

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


class DestinationAway(DestinationUnavailable):
    """It cannot be reached, is busy or full: only time helps.

    `unsure`: it may as well be there and refuse what it was given.
    """

    def __init__(self, message: str, fault: Fault = Fault.AWAY, *, unsure: bool = False) -> None:
        super().__init__(message, fault)
        self.unsure = unsure


class DestinationRefuses(DestinationUnavailable):
    """It answers and does not take this: time alone may not help.

    `whole`: nor does it take any other record, as a standby does not.
    """

    def __init__(self, message: str, fault: Fault, *, whole: bool = False) -> None:
        super().__init__(message, fault)
        self.whole = whole


class NotOverHttp(RuntimeError):
    """A call that needs the database itself, made where only an exporter is known."""

    def __init__(self, call: str) -> None:
        super().__init__(f"{call}: needs the database; call it where DATABASE_URL names it")


class GameModels(NamedTuple):
    """The version of a game that was put in use, if one was, and the role of each.

    Records that name no version are counted under it: a guess would be evidence of nobody.
    """

    promoted: str | None
    roles: Mapping[str, str]


class Destination(Protocol):
    """One end of the road. Every call raises DestinationUnavailable."""

    def deliver(self, records: Sequence[Record]) -> Fates:
        """Stores records of one kind, a result alone; to deliver them again changes nothing.

        What it tells as a conflict or refused is stored nowhere. Raises what a broken record does.
        """

    def write(self, batches: Sequence[Columns]) -> Fates:
        """The same for predictions whose sender is told what became of them."""

    def find(self, kind: type[Record], key: str) -> Prediction | Failure | None:
        """What is stored under a key, where it can be asked for."""

    def models(self, game: str) -> GameModels:
        """A game's model versions."""

    def promote(self, game: str, version: str) -> None:
        """Puts a model version in use; raises ContradictedRole, NotOverHttp."""

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """Names an accuracy (millionths), or none; raises UnknownModelVersion."""


class Availability:
    """Whether a destination was away a moment ago, so that one tries, and not everybody in turn.

    One for each destination and process, told by everything that asks the destination.
    `clock` gives seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._trying = 0
        self._pause = 0.0
        self._until = 0.0

    def is_away(self) -> bool:
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
        except DestinationAway:
            away = None if current().fault(time.monotonic()) else True
            raise
        finally:
            self._ended(away)

    @contextmanager
    def spared(self) -> Iterator[None]:
        """For an attempt that others need not make too. Raises DestinationAway at once while on."""
        if self.is_away():
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
