"""The time, as an argument: whoever needs it is given a clock, and how often to look at it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.domain.moments import SECOND, to_micros

#: Tells the moment in microseconds since 1970.
Clock = Callable[[], int]


def system_clock() -> int:
    """The machine's time."""
    return to_micros(datetime.now(UTC))


def steady_clock() -> int:
    """Microseconds from some moment on: nobody sets this clock, and it rests while we sleep."""
    return time.monotonic_ns() // 1_000


def is_over(cooldown: float, since: int, now: int) -> bool:
    """Whether `cooldown` (seconds) has passed `since` a moment (both in microseconds).

    A moment of the future was noted while the clock was wrong: it counts no longer than others.
    """
    return abs(now - since) >= round(cooldown * SECOND)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are looked at, in seconds of a clock that nobody sets."""

    poll: float = 1.0
    """Between looks for requests (those that come to this process are seen at once)."""
    check: float = 60.0
    """Between evaluations of the thresholds."""
    renew: float = 5.0
    """Between signs of life of a run."""
    lease: float = 60.0
    """Without a sign of life, a run is taken for abandoned."""
    steady: Clock = steady_clock
