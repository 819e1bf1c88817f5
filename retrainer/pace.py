"""How often things are looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are looked at, in seconds."""

    poll: float = 1.0
    """Between looks for requests (those that come to this process are seen at once)."""
    check: float = 60.0
    """Between evaluations of the thresholds."""
    renew: float = 5.0
    """Between signs of life of a run."""
    lease: float = 60.0
    """Without a sign of life, a run is taken for abandoned."""
