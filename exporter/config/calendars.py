"""What a file of games says about the days and hours of draws."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from exporter.domain.brazilian_calendars import HOLIDAYS
from exporter.domain.calendars import Calendar, Timetable

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZONE = "America/Sao_Paulo"


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (LookupError, ValueError, OSError):
        raise ValueError("must be a time zone such as America/Sao_Paulo") from None


def _hour(value: object) -> object:
    """20:00 without quotes is a number of minutes to YAML: 1200."""
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)
    return value


def _weekday(value: str) -> int:
    if value.lower() not in _DAYS:
        raise ValueError(f"must be one of {', '.join(_DAYS)}")
    return _DAYS.index(value.lower())


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Weekday = Annotated[str, AfterValidator(_weekday)]
Hour = Annotated[time, BeforeValidator(_hour)]


class Week(BaseModel):
    """The days of a week with a draw, from a day on; `hours` are those of single weekdays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date = date.min
    days: Annotated[list[Weekday], Field(min_length=1)]
    at: Hour
    hours: dict[Weekday, Hour] = {}
    zone: Annotated[str, AfterValidator(_zone)] | None = None

    def timetable(self) -> Timetable:
        """The same in the domain's words."""
        special = {int(day): hour for day, hour in self.hours.items()}
        hours = tuple(special.get(day, self.at) for day in range(len(_DAYS)))
        return Timetable(self.since, frozenset(map(int, self.days)), hours)


#: One week, or several with their days of effect.
Weeks = Annotated[list[Week], Field(min_length=1), BeforeValidator(_listed)]
#: The hours of single days; none: no draw.
Exceptions = dict[date, list[Hour]]
Holidays = Literal["brazil"]


def new_calendar(
    weeks: Sequence[Week], exceptions: Exceptions, holidays: Holidays | None
) -> Calendar:
    """The calendar of a game of which nothing is known; raises ValueError for several zones."""
    zones = {week.zone or _ZONE for week in weeks}
    if len(zones) > 1:
        raise ValueError(f"draws: zones {', '.join(sorted(zones))} - a game has one zone")
    tables = tuple(week.timetable() for week in weeks)
    rests = HOLIDAYS if holidays else ()
    return Calendar(tables, zones.pop(), rests, _days(exceptions))


def newer_calendar(known: Calendar, weeks: Sequence[Week], exceptions: Exceptions) -> Calendar:
    """A known calendar with what is said anew; a week of the same day of effect is replaced.

    Raises ValueError for another zone.
    """
    other = next((week.zone for week in weeks if week.zone not in (None, known.zone)), None)
    if other:
        raise ValueError(f"draws: zone {other!r} - it is drawn in {known.zone}")
    newer = [week.timetable() for week in weeks]
    days = {table.since for table in newer}
    older = (table for table in known.timetables if table.since not in days)
    merged = {**known.exceptions, **_days(exceptions)}
    return replace(known, timetables=(*older, *newer), exceptions=merged)


def _days(exceptions: Exceptions) -> dict[date, tuple[time, ...]]:
    return {day: tuple(hours) for day, hours in exceptions.items()}
