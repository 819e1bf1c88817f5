"""Moments as microseconds since 1970 in UTC: exact integers, the same on every engine."""

from datetime import UTC, date, datetime, time, timedelta

from exporter.domain.games import Game

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
#: Years that a moment of this record can lie in: another one is a slip of the pen.
YEARS = range(1900, 2200)
#: How long before its scheduled time a draw can have been held and still be of that evening.
EARLY = 4 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of a datetime; a naive one is read as local time."""
    aware = moment if moment.tzinfo else moment.astimezone()
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


def parse_moment(value: str) -> datetime:
    """An ISO 8601 date or date and time; a date alone is its midnight, naive stays naive."""
    return datetime.fromisoformat(value)


def draw_moment(value: date | datetime, game: Game) -> int:
    """The cut-off of a draw dated `value`, in microseconds.

    A date (or midnight) means the calendar's time on that day. A moment of a draw's evening, from
    EARLY before its scheduled time on, means itself. Any other means the last scheduled draw
    before it: results are often recorded after the fact, the next morning too, and that must not
    let predictions count that were made after the draw. The answer, given again, means itself.
    """
    if not isinstance(value, datetime) or (_is_midnight(value) and value.tzinfo is None):
        return _scheduled(value, game)
    stated = to_micros(value)
    if not game.once_a_day:
        return _no_later_than_scheduled(stated, game)
    if _is_of_its_evening(stated, game):
        return stated
    if _is_midnight(value):
        return _scheduled(value, game)
    return to_micros(game.calendar.last_before(from_micros(stated)))


def _is_midnight(value: datetime) -> bool:
    """Whether this is how a feed writes a date, in whatever zone."""
    return value.time() == time()


def _scheduled(value: date | datetime, game: Game) -> int:
    day = value.date() if isinstance(value, datetime) else value
    return to_micros(game.calendar.moment(day))


def _is_of_its_evening(stated: int, game: Game) -> bool:
    """The calendar's very time is one on any day: a date of an extra draw comes to that."""
    day = game.calendar.local_day(from_micros(stated))
    scheduled = _scheduled(day, game)
    early = EARLY if day.weekday() in game.calendar.weekdays else 0
    return scheduled - early <= stated <= scheduled


def _no_later_than_scheduled(stated: int, game: Game) -> int:
    day = game.calendar.local_day(from_micros(stated))
    return min(stated, _scheduled(day, game)) if day.weekday() in game.calendar.weekdays else stated
