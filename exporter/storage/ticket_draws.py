"""Which recorded draw each of some tickets is for: the one it names, or the next one."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

from sqlalchemy import Connection

from exporter.domain.moments import DAY
from exporter.storage import driver
from exporter.storage.draws import load
from exporter.storage.scores import Draw

#: Up to the first draw that is not before the last of some moments: each has its own among them.
_DRAWN = """SELECT * FROM draws WHERE game_id = ? AND drawn_at >= ? AND drawn_at <= COALESCE(
    (SELECT MIN(drawn_at) FROM draws WHERE game_id = ? AND drawn_at >= ?), ?)
    ORDER BY drawn_at, number"""
_NAMED = "SELECT * FROM draws WHERE game_id = ? AND number IN ({marks})"
#: Named draws that are asked for at once.
_AT_ONCE = 500
#: Moments that lie further apart are looked up apart, and not what was drawn between them.
_APART = 7 * DAY


class TicketDraws:
    """The recorded draws of a game that tickets of these moments and draw numbers can be for."""

    def __init__(
        self,
        connection: Connection,
        game_id: int,
        moments: Sequence[int],
        numbers: Sequence[int | None],
    ) -> None:
        chosen = {number for number in set(numbers) if number is not None}
        if chosen:
            pairs = zip(moments, numbers, strict=True)
            moments = [moment for moment, number in pairs if number is None]
        self._named = _named(connection, game_id, sorted(chosen))
        self._drawn = _drawn_near(connection, game_id, moments) if moments else ()

    def __bool__(self) -> bool:
        return bool(self._named or self._drawn)

    def of(self, moment: int, number: int | None) -> Draw | None:
        """The draw of a ticket; None while it is pending."""
        if number is not None:
            return self._named.get(number)
        place = bisect_left(self._drawn, moment, key=attrgetter("drawn_at"))
        draw = self._drawn[place] if place < len(self._drawn) else None
        return draw if draw and draw.open_after < moment else None


def _named(connection: Connection, game_id: int, numbers: Sequence[int]) -> Mapping[int, Draw]:
    by_number: dict[int, Draw] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        query = _NAMED.format(marks=", ".join("?" * len(part)))
        rows = driver.fetch_named(connection, query, [game_id, *part])
        by_number |= {row.number: load(row) for row in rows}
    return by_number


def _drawn_near(connection: Connection, game_id: int, moments: Sequence[int]) -> Sequence[Draw]:
    """Every draw that one of the moments can be for, in their order."""
    draws: list[Draw] = []
    for first, last in _stretches(sorted(moments)):
        values = [game_id, first, game_id, last, last]
        draws += map(load, driver.fetch_named(connection, _DRAWN, values))
    return draws


def _stretches(moments: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of ascending moments with no long gap between them."""
    first = moments[0]
    if moments[-1] - first > _APART:  # seldom: a batch is of one day
        for moment, following in pairwise(moments):
            if following - moment > _APART:
                yield first, moment
                first = following
    yield first, moments[-1]
