"""When the games of Caixa are drawn: weekdays, hours and rests, with their days of effect.

The days are those of the official record (servicebus2.caixa.gov.br) until May 2026 and, from
19 July 2026, of the operator's new week: no draw on Saturday, one on Sunday at 11:00. The hour is
20:00 until 2 November 2025 and 21:00 since; bets are taken until an hour before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from types import MappingProxyType
from typing import TypeVar

from exporter.domain.calendars import Calendar, EasterRest, Rest, Timetable, YearlyRest

Value = TypeVar("Value")
_ALWAYS = date.min
_MORNING, _EARLY, _LATE = time(11), time(20), time(21)
#: The hours of a week from a day on. Single Sundays were drawn in the morning before the new week.
_HOURS = (
    (_ALWAYS, (_EARLY,) * 7),
    (date(2025, 11, 3), (_LATE,) * 7),
    (date(2026, 5, 24), (*(_LATE,) * 6, _MORNING)),
)
_NEW_WEEK = date(2026, 7, 19)
_DAILY_BEFORE, _DAILY = "012345", "012346"

#: National holidays, Carnival's two days and Corpus Christi. In the official record since 2008
#: five of these days have draws: each a special one, or moved.
HOLIDAYS: tuple[Rest, ...] = (
    YearlyRest((1, 1), (1, 1)),
    EasterRest(-48, -47),
    EasterRest(-2, -2),
    YearlyRest((4, 21), (4, 21)),
    YearlyRest((5, 1), (5, 1)),
    EasterRest(60, 60),
    YearlyRest((9, 7), (9, 7)),
    YearlyRest((10, 12), (10, 12)),
    YearlyRest((11, 2), (11, 2)),
    YearlyRest((11, 15), (11, 15)),
    YearlyRest((11, 20), (11, 20), since=2024),
    YearlyRest((12, 25), (12, 25)),
)
# Before a special draw no ordinary one is held; the days differ by a few from year to year.
_INDEPENDENCE = YearlyRest((8, 27), (9, 5), since=2024)
_SAINT_JOHN = YearlyRest((6, 19), (6, 27), since=2024)
_HOLY_WEEKS = EasterRest(-13, -3)
_HOLY_THURSDAY = EasterRest(-3, -3)
_YEARS_END = YearlyRest((12, 22), (12, 30))


def _calendar(
    *weekdays: tuple[date, str],
    rests: Iterable[Rest] = (),
    exceptions: Mapping[date, tuple[time, ...]] = MappingProxyType({}),
) -> Calendar:
    """Weekdays (as digits, Monday 0) from a day on, at the hours that all games have."""
    tables = tuple(
        Timetable(since, frozenset(map(int, _in_force(weekdays, since))), _in_force(_HOURS, since))
        for since in sorted({day for day, _ in (*weekdays, *_HOURS)})
    )
    return Calendar(tables, rests=(*HOLIDAYS, *rests), exceptions=exceptions)


def _in_force(dated: Sequence[tuple[date, Value]], day: date) -> Value:
    """What is said for `day`; before the first saying, that one."""
    return next((value for since, value in reversed(dated) if since <= day), dated[0][1])


def _on(days: str, *hours: time) -> dict[date, tuple[time, ...]]:
    """Days in ISO form, each with a draw at these hours, or without one."""
    return dict.fromkeys(map(date.fromisoformat, days.split()), hours)


# New Year's Eve of 2025 was drawn on the day after it, Mega-Sena's in its morning.
_NEW_YEAR = _on("2025-12-31") | _on("2026-01-01", _LATE)
_NEW_YEARS_EVES = {
    **{date(year, 12, 31): (_EARLY,) for year in range(2009, 2025)},
    **_on("2026-01-01", time(10)),
    **{date(year, 12, 31): (_LATE,) for year in range(2026, 2100)},
}

LOTOFACIL = _calendar(
    (_ALWAYS, "0"),
    (date(2006, 10, 16), "03"),
    (date(2012, 2, 6), "024"),
    (date(2020, 8, 3), _DAILY_BEFORE),
    (_NEW_WEEK, _DAILY),
    rests=[_INDEPENDENCE],
    exceptions=_on("2024-08-24 2024-08-26 2024-09-06") | _NEW_YEAR,
)
MEGA_SENA = _calendar(
    (_ALWAYS, "0"),
    (date(1996, 8, 26), "6"),
    (date(1998, 3, 30), "5"),
    (date(2001, 7, 30), "25"),
    (date(2023, 8, 21), "135"),
    (_NEW_WEEK, "136"),
    rests=[_YEARS_END, _HOLY_THURSDAY],
    exceptions=_on(
        "2024-01-02 2024-05-02 2024-07-09 2024-07-11 2024-09-05 2024-10-10 2024-10-15 2024-10-17 "
        "2024-10-31 2024-11-12 2024-11-14 2024-11-21 2024-12-19 2024-12-21 2025-01-02 2025-04-22 "
        "2025-11-13 2026-01-03 2026-05-19 2026-05-21 2026-05-23"
    )
    | _on("2024-07-10 2024-09-06 2024-10-11 2024-10-16 2024-11-01 2024-11-13", _EARLY)
    | _on("2025-11-14", _LATE)
    | _on("2026-05-24", _MORNING)
    | _NEW_YEARS_EVES,
)
QUINA = _calendar(
    (_ALWAYS, "36"),
    (date(1998, 3, 30), "135"),
    (date(2009, 10, 5), _DAILY_BEFORE),
    (_NEW_WEEK, _DAILY),
    rests=[_SAINT_JOHN],
    exceptions=_on(
        "2024-06-10 2024-06-11 2024-06-12 2024-06-13 2024-06-14 2024-06-15 2024-06-17 2024-06-18"
    )
    | _on("2024-06-22 2024-06-24 2024-06-25 2024-06-26 2024-06-27", _EARLY)
    | _NEW_YEAR,
)
LOTOMANIA = _calendar(
    (_ALWAYS, "5"),
    (date(2000, 10, 16), "25"),
    (date(2016, 5, 2), "14"),
    (date(2021, 10, 4), "024"),
    exceptions=_NEW_YEAR,
)
TIMEMANIA = _calendar(
    (_ALWAYS, "6"),
    (date(2009, 2, 23), "5"),
    (date(2010, 7, 19), "25"),
    (date(2013, 4, 8), "135"),
    (_NEW_WEEK, "136"),
    exceptions=_on("2026-05-02"),
)
DIA_DE_SORTE = _calendar((_ALWAYS, "135"), (_NEW_WEEK, _DAILY))
DUPLA_SENA = _calendar(
    (_ALWAYS, "14"),
    (date(2016, 4, 25), "135"),
    (date(2023, 8, 21), "024"),
    rests=[_HOLY_WEEKS],
    exceptions=_on("2024-03-30 2025-04-19", _EARLY) | _on("2026-04-04", _LATE) | _NEW_YEAR,
)
MAIS_MILIONARIA = _calendar(
    (_ALWAYS, "5"),
    (date(2023, 7, 17), "25"),
    (_NEW_WEEK, "26"),
    exceptions=_on("2024-09-06 2024-10-11 2024-11-01 2024-11-21 2024-12-26 2025-01-02", _EARLY)
    | _on("2025-11-14", _LATE)
    | _NEW_YEAR,
)
SUPER_SETE = _calendar((_ALWAYS, "024"), exceptions=_NEW_YEAR)

#: By the name that a game has here, or would have: who defines one of these need not say its days.
CALENDARS: Mapping[str, Calendar] = MappingProxyType(
    {
        "lotofacil": LOTOFACIL,
        "megasena": MEGA_SENA,
        "quina": QUINA,
        "lotomania": LOTOMANIA,
        "timemania": TIMEMANIA,
        "diadesorte": DIA_DE_SORTE,
        "duplasena": DUPLA_SENA,
        "maismilionaria": MAIS_MILIONARIA,
        "supersete": SUPER_SETE,
    }
)
