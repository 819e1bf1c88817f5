"""How a log call becomes a JSON line, and a stdlib record beside it.

Our loggers write their line themselves and then hand the record to stdlib logging as any library
does. So the user's `logging` set-up sees our records, at the level it asks for, and ours does not
depend on it. One output serves the whole process, as logging always does.
"""

import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from exporter.logs.cleaning import clean
from exporter.logs.files import RotatingFile

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
#: Set on stdlib records whose JSON line is already written.
WRITTEN: Final = "lotofacil_written"
_NUMBERS: Final = {name: getattr(logging, name.upper()) for name in LEVELS}


class Output:
    """Where this process's lines go, and how many went there by level."""

    def __init__(self) -> None:
        self.role = "api"
        self.level = logging.INFO
        self.to_stderr = False
        self.file: RotatingFile | None = None
        self._lost = 0
        self._untold = 0
        self._counts: Counter[str] = Counter()
        self.begin()

    def begin(self) -> None:
        """A lock of its own, for a forked child too: nobody would open its parent's."""
        self._lock = threading.Lock()

    def write(self, fields: MutableMapping[str, Any]) -> None:
        """Writes `fields` as one line; a full disk loses the line, never the caller's work."""
        level = fields["level"] if fields.get("level") in _NUMBERS else "info"
        if _NUMBERS[level] < self.level or not (self.file or self.to_stderr):
            return
        if self._written(fields, level):
            self._tell_lost()

    def lost(self) -> int:
        """Lines that could not be written."""
        with self._lock:
            return self._lost

    def counts(self) -> dict[str, int]:
        """Lines written by level; every level is there from the start."""
        with self._lock:
            return {level: self._counts[level] for level in LEVELS}

    def _written(self, fields: MutableMapping[str, Any], level: str) -> bool:
        line = json.dumps(_ordered(fields, level, self.role)).encode("ascii") + b"\n"
        try:
            self._write_everywhere(line)
        except (OSError, ValueError):  # ValueError: standard error was closed under us
            self._count_lost()
            return False
        self._count(level)
        return True

    def _write_everywhere(self, line: bytes) -> None:
        try:
            if self.file:
                self.file.write(line)
        finally:  # a full disk is no reason not to say it on the screen
            if self.to_stderr:
                sys.stderr.write(line.decode("ascii"))
                sys.stderr.flush()

    def _tell_lost(self) -> None:
        """Says, once there is room again, how many lines are missing before this one."""
        with self._lock:
            lines, self._untold = self._untold, 0
        if lines:
            notice = {"event": "log_lines_lost", "lines": lines, "logger": __name__}
            self._written({"timestamp": _now(), **notice}, "warning")

    def _count_lost(self) -> None:
        with self._lock:
            self._lost += 1
            self._untold += 1

    def _count(self, level: str) -> None:
        with self._lock:
            self._counts[level] += 1


OUTPUT: Final = Output()


def _ordered(fields: MutableMapping[str, Any], level: str, role: str) -> dict[str, Any]:
    head = {"timestamp": fields.get("timestamp"), "level": level, "event": fields.get("event")}
    return {**head, **fields, "level": level, "role": role}


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger of fields: `get_logger(__name__).info("draw_recorded", game=..., draw=...)`."""
    wrapped: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        context_class=dict,
    )
    return wrapped


def level_counts() -> dict[str, int]:
    """Log lines this process has written, by level."""
    return OUTPUT.counts()


def lost_lines() -> int:
    """Log lines that could not be written since the process started."""
    return OUTPUT.lost()


def _plain(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
    return clean(fields)


def _timestamp(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
    return {**fields, "timestamp": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _write(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
    OUTPUT.write(fields)
    return fields


def _to_stdlib(
    logger: logging.Logger, _: str, fields: EventDict
) -> tuple[tuple[str], dict[str, Any]]:
    if not logger.isEnabledFor(_NUMBERS.get(fields["level"], logging.INFO)):
        raise structlog.DropEvent
    return (readable(fields),), {"extra": {WRITTEN: True, "fields": dict(fields)}}


def readable(fields: EventDict) -> str:
    """The line for people: the event, then key=value; control characters cannot break it."""
    hidden = ("event", "level", "timestamp", "logger")
    rest = (f"{key}={_shown(value)}" for key, value in fields.items() if key not in hidden)
    return " ".join((_shown(fields.get("event", "")), *rest))


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)


PROCESSORS: Final[list[Processor]] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    _plain,
    _timestamp,
    _write,
    _to_stdlib,
]
