"""Reading log files line by line, whatever stands in them: memory does not grow with their size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from exporter.domain.moments import to_micros

LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """One readable line; `at` in microseconds since 1970."""

    at: int
    level: str
    event: str
    fields: dict[str, Any]


@dataclass(slots=True)
class Reading:
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
