"""Moments as microseconds since 1970 in UTC: exact integers, the same on every engine."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exporter.domain.games import Game
from exporter.domain.plain_values import plain_moment

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
#: How far ahead of the clock a moment may lie that is over: zones and clocks differ, and a bare
#: date stands for that evening.
MAX_AHEAD = DAY
#: Years that a moment of this record can lie in: another one is a slip of the pen.
YEARS = range(1900, 2200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of a datetime; a naive one is read as local time."""
    plain = moment if type(moment) is datetime else plain_moment(moment)
    aware = plain if plain.tzinfo else plain.astimezone()
    return (aware - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def rfc3339(moment: datetime, timespec: str = "auto") -> str:
    """An aware datetime in UTC as RFC 3339 text; `timespec` as isoformat takes it."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def hour_of(micros: int) -> int:
    """The start of the UTC hour that holds the moment."""
    return micros - micros % HOUR


def day_of(micros: int) -> int:
    """The start of the UTC day that holds the moment."""
    return micros - micros % DAY


def draw_moment(value: date | datetime, game: Game) -> int:
    """The cut-off of a draw dated `value`, in microseconds.

    A date (or midnight without a zone or in the game's, as feeds write a date) means the calendar's
    time on that day. A moment means itself, but never later than that day's draw: results are
    often recorded after the fact, and that must not let late predictions count.
    """
    if not isinstance(value, datetime):
        return _drawn(value, game)
    if _is_date(value, game):
        return _drawn(value.date() if value.tzinfo is None else _day(value, game), game)
    stated = to_micros(value)
    return min(stated, _drawn(_day(from_micros(stated), game), game))


def _is_date(value: datetime, game: Game) -> bool:
    """Midnight where the game is drawn; UTC's is a moment like every other (21:00 in Brazil)."""
    if value.tzinfo is None:
        return value.time() == time()
    there = value.astimezone(ZoneInfo(game.calendar.zone))
    return there.time() == time() and game.once_a_day


def _day(moment: datetime, game: Game) -> date:
    return game.calendar.local_day(moment)


def _drawn(day: date, game: Game) -> int:
    return to_micros(game.calendar.moment(day))
