"""How often things are looked at."""

from dataclasses import dataclass

from retrainer.clock import Clock, steady_clock


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
