"""What the logs of a period say: errors, performance, and what keeps happening."""

import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from exporter.domain.moments import HOUR, from_micros, hour_of, to_micros

LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """One readable line; `at` in microseconds since 1970."""

    at: int
    level: str
    event: str
    fields: dict[str, Any]


@dataclass(slots=True)
class LogReading:
    """Files read and what could not be read in them; filled in while `lines` runs."""

    files: int = 0
    unreadable_files: int = 0
    bad_lines: int = 0

    def lines(self, paths: Iterable[Path], not_before: int) -> Iterator[LogLine]:
        """The lines of these files; files last written to before `not_before` are not opened."""
        for path in paths:
            try:
                if path.stat().st_mtime_ns >= not_before * 1000:
                    yield from self._file(path)
            except OSError:
                self.unreadable_files += 1

    def _file(self, path: Path) -> Iterator[LogLine]:
        with path.open("rb") as file:
            self.files += 1
            for raw in raw_lines(file):
                line = parse_line(raw)
                if line:
                    yield line
                elif raw.strip():
                    self.bad_lines += 1


def raw_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only the beginning, which is no JSON then."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def parse_line(raw: bytes) -> LogLine | None:
    """A line of ours, or None when it is none."""
    try:
        fields = msgspec.json.decode(raw)
        moment = datetime.fromisoformat(fields["timestamp"])
        level, event = fields["level"], fields["event"]
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError, ValueError):
        return None
    if not (isinstance(level, str) and isinstance(event, str)):
        return None
    return LogLine(
        to_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC)), level, event, fields
    )


_RATIO = math.log(1.02)
_SMALLEST = 1e-7


class DurationSums:
    """Durations in seconds, kept as counts in buckets that grow by two per cent."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.longest = 0.0
        self._buckets: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Takes one duration of 0 seconds or more."""
        self.count += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)
        self._buckets[round(math.log(max(seconds, _SMALLEST)) / _RATIO)] += 1

    @property
    def mean(self) -> float | None:
        """Mean in seconds; None without durations."""
        return self.total / self.count if self.count else None

    def quantile(self, share: float) -> float | None:
        """The duration that `share` of all do not exceed; None without durations."""
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= share * self.count:
                return min(math.exp(bucket * _RATIO), self.longest)
        return None

    def summary(self) -> dict[str, Any]:
        """Count, and mean, p50, p95, p99 and maximum in seconds."""
        quantiles = {f"p{share}": self.quantile(share / 100) for share in (50, 95, 99)}
        longest = self.longest if self.count else None
        return {"count": self.count, "mean": self.mean, **quantiles, "max": longest}


def as_duration(value: object) -> float | None:
    """`value` when it is a usable duration in seconds, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None


#: Names beyond this many are counted together: a log may hold any number of them.
MOST_NAMES = 1_000
OTHER = "other"
SHOWN = 10
_PROBLEMS = ("warning", "error", "critical")
_ERRORS = ("error", "critical")
_VARIABLE = re.compile(r"0x[0-9a-f]{1,40}|\d{1,400}|'[^']{0,400}'|\"[^\"]{0,400}\"", re.IGNORECASE)
_BURST = 5


@dataclass(frozen=True, slots=True)
class LogAnalyzer:
    """Analyses the log files that `files` lists at the time of asking."""

    files: Callable[[], Iterable[Path]]

    def analyze_period(self, start_time: datetime, end_time: datetime) -> dict[str, Any]:
        """Figures over the lines from `start_time` until before `end_time`.

        Naive datetimes are local time. Durations are in seconds, `error_rate` is the share of lines
        at error or above, `avg_performance` the mean duration (None without any). Lines that cannot
        be read are counted in `bad_lines`. Raises ValueError when the period ends before it starts.
        """
        start, end = to_micros(start_time), to_micros(end_time)
        if end < start:
            raise ValueError("end_time must not be before start_time")
        reading, tally = LogReading(), LogTally()
        for line in reading.lines(self.files(), start):
            if start <= line.at < end:
                tally.add(line)
        period = {"start_time": _iso(start), "end_time": _iso(end)}
        return {**period, **tally.summary(), **asdict(reading)}


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
class LogTally:
    """Sums over lines, in memory that does not grow with their number."""

    lines: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    durations: DurationSums = field(default_factory=DurationSums)
    operations: dict[str, DurationSums] = field(default_factory=dict)
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
        self.operations.setdefault(name, DurationSums()).add(seconds)
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
        longest = heapq.nlargest(SHOWN, self.operations.items(), key=lambda pair: pair[1].total)
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
            "by_operation": {name: durations.summary() for name, durations in longest},
            "slowest_operations": [
                {"operation": name, "duration_seconds": seconds, "at": _iso(at)}
                for seconds, at, name in sorted(self.slowest, reverse=True)
            ],
        }


def _bounded(name: str, names: Mapping[str, Any]) -> str:
    return name if name in names or len(names) < MOST_NAMES else OTHER


def _shape(line: LogLine) -> str:
    if line.event != "library_message":
        return line.event[:200]
    message = _VARIABLE.sub("#", str(line.fields.get("message", ""))[:500])
    return f"{line.fields.get('logger')}: {message}"


def _example(line: LogLine) -> str:
    exception = str(line.fields.get("exception", "")).rstrip().rsplit("\n", 1)[-1]
    texts = (exception, line.fields.get("error"), line.fields.get("message"), line.event)
    return str(next(filter(None, texts), ""))[:300]


def _repeated(patterns: dict[str, Pattern]) -> list[dict[str, Any]]:
    common = heapq.nlargest(SHOWN, patterns.items(), key=lambda pair: pair[1].count)
    return [
        {
            "kind": "repeated_problem",
            "pattern": key.partition(" ")[2] or key,
            "level": pattern.level,
            "count": pattern.count,
            "first": _iso(pattern.first),
            "last": _iso(pattern.last),
            "example": pattern.example,
        }
        for key, pattern in common
    ]


def _bursts(hours: Counter[int]) -> list[dict[str, Any]]:
    """Hours with at least five errors and three times as many as the period's average hour."""
    if not hours:
        return []
    spanned = (max(hours) - min(hours)) // HOUR + 1
    usual = sum(hours.values()) / spanned
    bursts = [(hour, n) for hour, n in hours.most_common(3) if n >= max(_BURST, 3 * usual)]
    return [{"kind": "error_burst", "hour": _iso(hour), "count": count} for hour, count in bursts]


def _iso(micros: int) -> str:
    return from_micros(micros).isoformat()
