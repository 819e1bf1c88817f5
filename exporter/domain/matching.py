"""Which draw an open prediction (one without a draw number) is for.

It is the first draw at or after the prediction's time. While draws are missing from the
record, the calendar tells which open predictions belong to the missing ones.
"""

from dataclasses import dataclass

from exporter.domain.calendars import Calendar
from exporter.domain.moments import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Slot:
    """A recorded draw's number and cut-off (microseconds)."""

    number: int
    drawn_at: int


def open_after(draw: Slot, previous: Slot | None, calendar: Calendar) -> int:
    """Open predictions made after this moment, and not after the draw's, are for `draw`.

    `previous` is the recorded draw before it in time, if there is one. When the two are
    consecutive the window opens at the previous draw, whatever the calendar says
    (holidays). Otherwise the last scheduled draw before it stands for the missing one.
    """
    if previous and previous.number == draw.number - 1:
        return previous.drawn_at
    scheduled = to_micros(calendar.last_before(from_micros(draw.drawn_at)))
    return max(scheduled, previous.drawn_at) if previous else scheduled


def is_eligible(predicted_at: int, drawn_at: int) -> bool:
    """Whether a prediction counts: it was not made after its draw's cut-off."""
    return predicted_at <= drawn_at
