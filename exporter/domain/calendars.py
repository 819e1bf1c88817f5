"""When a game is drawn: weekdays and hours with dates of effect, and days that are not as usual."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

_WEEK = 7
_DAY = timedelta(days=1)
#: Years without a single draw after which none is looked for any more.
_EMPTY_YEARS = 3


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar.

    The algorithm of the anonymous correspondent (Nature, 20 April 1876), in integers.
    """
    century, of_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * (year % 19) + century - leap_centuries - correction + 15) % 30
    leaps, of_leap = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * leaps - epact - of_leap) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


class Rest(Protocol):
    """A rule for days of every year on which there is no draw."""

    def holds(self, day: date) -> bool:
        """Whether there is none on `day`."""


class YearlyRest(NamedTuple):
    """From one (month, day) to another of every year, since a year."""

    first: tuple[int, int]
    last: tuple[int, int]
    since: int = 1

    def holds(self, day: date) -> bool:
        """Whether there is no draw on `day`."""
        return day.year >= self.since and self.first <= (day.month, day.day) <= self.last


class EasterRest(NamedTuple):
    """From so many days after Easter Sunday (before it: negative) to so many."""

    first: int
    last: int

    def holds(self, day: date) -> bool:
        """Whether there is no draw on `day`."""
        return self.first <= (day - easter(day.year)).days <= self.last


@dataclass(frozen=True, slots=True)
class Timetable:
    """What holds from a day on: weekdays (Monday 0 … Sunday 6) with a draw, and each one's hour.

    `hours` are local and seven: a draw that is held out of turn has its weekday's hour as well.
    """

    since: date
    weekdays: frozenset[int]
    hours: tuple[time, ...]

    def __post_init__(self) -> None:
        """Refuses what is no week."""
        if len(self.hours) != _WEEK or not self.weekdays <= frozenset(range(_WEEK)):
            raise ValueError("a timetable needs seven hours, and weekdays from 0 to 6")
        if not self.weekdays:
            raise ValueError("a calendar needs at least one weekday")


@dataclass(frozen=True)
class Calendar:
    """The days and hours of a game's draws, where it is drawn (`zone`).

    `exceptions` say the hours of single days (none: no draw) and go before every rule. Before
    the first timetable its days and hours hold as well.
    """

    timetables: tuple[Timetable, ...]
    zone: str = "America/Sao_Paulo"
    rests: tuple[Rest, ...] = ()
    exceptions: Mapping[date, tuple[time, ...]] = field(default_factory=dict)
    _years: dict[int, tuple[datetime, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuses a calendar that says nothing."""
        if not self.timetables:
            raise ValueError("a calendar needs at least one weekday")

    @classmethod
    def weekly(
        cls, weekdays: frozenset[int], at: time, zone: str = "America/Sao_Paulo"
    ) -> "Calendar":
        """The same weekdays and hour at all times."""
        return cls((Timetable(date.min, weekdays, (at,) * _WEEK),), zone)

    def local_day(self, moment: datetime) -> date:
        """The calendar day of `moment` (aware) where the game is drawn."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def moment(self, day: date) -> datetime:
        """The time of a draw held on `day`, in UTC, scheduled or not; the first of several."""
        hours = self.exceptions.get(day) or (self._timetable(day).hours[day.weekday()],)
        return self._at(day, min(hours))

    def scheduled(self, day: date) -> list[datetime]:
        """The times of the draws scheduled for `day`, in UTC, ascending."""
        if day in self.exceptions:
            return [self._at(day, hour) for hour in sorted(self.exceptions[day])]
        weekday = day.weekday()
        timetable = self._timetable(day)
        if weekday not in timetable.weekdays or any(rest.holds(day) for rest in self.rests):
            return []
        return [self._at(day, timetable.hours[weekday])]

    def next_at_or_after(self, moment: datetime) -> datetime:
        """The first scheduled draw at or after `moment` (aware), in UTC."""
        year = self.local_day(moment).year
        for drawn in map(self._year, range(year, year + _EMPTY_YEARS)):
            place = bisect_left(drawn, moment)
            if place < len(drawn):
                return drawn[place]
        raise ValueError(f"no draw is scheduled at or after {moment.isoformat()}")

    def last_before(self, moment: datetime) -> datetime:
        """The last scheduled draw strictly before `moment` (aware), in UTC."""
        year = self.local_day(moment).year
        for drawn in map(self._year, range(year, year - _EMPTY_YEARS, -1)):
            if place := bisect_left(drawn, moment):
                return drawn[place - 1]
        raise ValueError(f"no draw is scheduled before {moment.isoformat()}")

    def count_between(self, after: datetime, until: datetime) -> int:
        """How many scheduled draws lie after `after` and not after `until` (both aware)."""
        if until <= after:
            return 0
        first, last = self.local_day(after).year, self.local_day(until).year
        whole = sum(len(self._year(year)) for year in range(first, last))
        up_to = bisect_right(self._year(last), until)
        return whole + up_to - bisect_right(self._year(first), after)

    def _timetable(self, day: date) -> Timetable:
        in_force = [table for table in self.timetables if table.since <= day]
        return max(in_force or self.timetables[:1], key=lambda table: table.since)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.zone)).astimezone(UTC)

    def _year(self, year: int) -> tuple[datetime, ...]:
        """The draws scheduled for a year; worked out once, as every question comes back to it."""
        if year not in self._years:
            self._years[year] = tuple(
                moment for day in _days(year) for moment in self.scheduled(day)
            )
        return self._years[year]


def _days(year: int) -> Iterator[date]:
    if date.min.year < year < date.max.year:
        day = date(year, 1, 1)
        while day.year == year:
            yield day
            day += _DAY
