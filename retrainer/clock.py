"""The time, as an argument: whoever needs it is given a clock."""

from collections.abc import Callable
from datetime import UTC, datetime

from exporter.domain.moments import to_micros

#: Tells the moment in microseconds since 1970.
Clock = Callable[[], int]


def system_clock() -> int:
    """The machine's time."""
    return to_micros(datetime.now(UTC))
