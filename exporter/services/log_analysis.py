"""What the logs of a period say: errors, performance, and what keeps happening."""

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from exporter.domain.moments import HOUR, from_micros, hour_of, to_micros
from exporter.services.log_durations import Durations, as_duration
from exporter.services.log_lines import LogLine, Reading

#: Names beyond this many are counted together: a log may hold any number of them.
MOST_NAMES = 1_000
OTHER = "other"
SHOWN = 10
_PROBLEMS = ("warning", "error", "critical")
_ERRORS = ("error", "critical")
_VARIABLE = re.compile(r"0x[0-9a-f]{1,40}|\d{1,400}|'[^']{0,400}'|\"[^\"]{0,400}\"", re.IGNORECASE)
_BURST = 5


class LogAnalyzer:
    """Analyses the log files that `files` lists at the time of asking."""

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files

    def analyze_period(self, start_time: datetime, end_time: datetime) -> dict[str, Any]:
        """Figures over the lines from `start_time` until before `end_time`.

        Naive datetimes are local time. Durations are in seconds, `error_rate` is the share of lines
        at error or above, `avg_performance` the mean duration (None without any). Lines that cannot
        be read are counted in `bad_lines`. Raises ValueError when the period ends before it starts.
        """
        start, end = to_micros(start_time), to_micros(end_time)
        if end < start:
            raise ValueError("end_time must not be before start_time")
        reading, tally = Reading(), Tally()
        for line in reading.lines(self._files(), start):
            if start <= line.at < end:
                tally.add(line)
        period = {"start_time": _iso(start), "end_time": _iso(end)}
        return {**period, **tally.summary(), **_coverage(reading)}


@dataclass
class Pattern:
    """A problem that was met `count` times between `first` and `last` (microseconds)."""

    level: str
    example: str
    first: int
    last: int
    count: int = 0

    def add(self, line: LogLine) -> None:
        self.count += 1
        self.first, self.last = min(self.first, line.at), max(self.last, line.at)


@dataclass
class Tally:
    """Sums over lines, in memory that does not grow with their number."""

    lines: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    durations: Durations = field(default_factory=Durations)
    operations: dict[str, Durations] = field(default_factory=dict)
    patterns: dict[str, Pattern] = field(default_factory=dict)
    error_hours: Counter[int] = field(default_factory=Counter)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)

    def add(self, line: LogLine) -> None:
        """Counts one line."""
        self.lines += 1
        self.levels[_bounded(line.level, self.levels)] += 1
        self.events[_bounded(line.event, self.events)] += 1
        self._add_duration(line)
        if line.level in _PROBLEMS:
            self._add_problem(line)

    def _add_duration(self, line: LogLine) -> None:
        seconds = as_duration(line.fields.get("duration_seconds"))
        if seconds is None:
            return
        name = _bounded(str(line.fields.get("operation", line.event))[:200], self.operations)
        self.durations.add(seconds)
        self.operations.setdefault(name, Durations()).add(seconds)
        heapq.heappush(self.slowest, (seconds, line.at, name))
        if len(self.slowest) > SHOWN:
            heapq.heappop(self.slowest)

    def _add_problem(self, line: LogLine) -> None:
        key = _bounded(f"{line.level} {_shape(line)}", self.patterns)
        fresh = Pattern(line.level, _example(line), line.at, line.at)
        self.patterns.setdefault(key, fresh).add(line)
        if line.level in _ERRORS:
            self.error_hours[hour_of(line.at)] += 1

    def summary(self) -> dict[str, Any]:
        """The figures as plain values."""
        errors = sum(self.levels[level] for level in _ERRORS)
        return {
            "lines": self.lines,
            "error_count": errors,
            "warning_count": self.levels["warning"],
            "error_rate": errors / self.lines if self.lines else 0.0,
            "avg_performance": self.durations.mean,
            "performance": self.durations.summary(),
            "patterns": [*_repeated(self.patterns), *_bursts(self.error_hours)],
            "by_level": dict(self.levels.most_common()),
            "by_event": dict(self.events.most_common(SHOWN)),
            "by_operation": {name: found.summary() for name, found in self._operations()},
            "slowest_operations": [_slow(*entry) for entry in sorted(self.slowest, reverse=True)],
        }

    def _operations(self) -> list[tuple[str, Durations]]:
        return heapq.nlargest(SHOWN, self.operations.items(), key=lambda pair: pair[1].total)


def _bounded(name: str, known: Mapping[str, Any]) -> str:
    return name if name in known or len(known) < MOST_NAMES else OTHER


def _shape(line: LogLine) -> str:
    if line.event != "library_message":
        return line.event[:200]
    message = _VARIABLE.sub("#", str(line.fields.get("message", ""))[:500])
    return f"{line.fields.get('logger')}: {message}"


def _example(line: LogLine) -> str:
    exception = str(line.fields.get("exception", "")).rstrip().rsplit("\n", 1)[-1]
    told = (exception, line.fields.get("error"), line.fields.get("message"), line.event)
    return str(next(filter(None, told), ""))[:300]


def _repeated(patterns: dict[str, Pattern]) -> list[dict[str, Any]]:
    common = heapq.nlargest(SHOWN, patterns.items(), key=lambda pair: pair[1].count)
    return [
        {
            "kind": "repeated_problem",
            "pattern": key.partition(" ")[2] or key,
            "level": found.level,
            "count": found.count,
            "first": _iso(found.first),
            "last": _iso(found.last),
            "example": found.example,
        }
        for key, found in common
    ]


def _bursts(hours: Counter[int]) -> list[dict[str, Any]]:
    """Hours with at least five errors and three times as many as the period's average hour."""
    if not hours:
        return []
    spanned = (max(hours) - min(hours)) // HOUR + 1
    usual = sum(hours.values()) / spanned
    bursts = [(hour, n) for hour, n in hours.most_common(3) if n >= max(_BURST, 3 * usual)]
    return [{"kind": "error_burst", "hour": _iso(hour), "count": count} for hour, count in bursts]


def _slow(seconds: float, at: int, name: str) -> dict[str, Any]:
    return {"operation": name, "duration_seconds": seconds, "at": _iso(at)}


def _coverage(reading: Reading) -> dict[str, int]:
    return {
        "bad_lines": reading.bad_lines,
        "files": reading.files,
        "unreadable_files": reading.unreadable_files,
    }


def _iso(micros: int) -> str:
    return from_micros(micros).isoformat()
