"""How a log call becomes a JSON line, and a stdlib record beside it.

Our loggers write their line themselves and then hand the record to stdlib logging as any library
does. So the user's `logging` set-up sees our records, at the level it asks for, and ours does not
depend on it. One output serves the whole process, as logging always does.
"""

import json
import logging
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

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

    def write(self, fields: Mapping[str, object]) -> None:
        """Writes `fields` as one line; a full disk loses the line, never the caller's work."""
        level = str(fields["level"]) if fields.get("level") in _NUMBERS else "info"
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

    def _written(self, fields: Mapping[str, object], level: str) -> bool:
        line = json.dumps(_ordered(fields, level, self.role)).encode("ascii") + b"\n"
        try:
            self._write_everywhere(line)
        except (OSError, ValueError):  # ValueError: standard error was closed under us
            with self._lock:
                self._lost += 1
                self._untold += 1
            return False
        with self._lock:
            self._counts[level] += 1
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
            self._written({"timestamp": utc(datetime.now(UTC)), **notice}, "warning")


OUTPUT: Final = Output()


def _ordered(fields: Mapping[str, object], level: str, role: str) -> dict[str, object]:
    head = {"timestamp": fields.get("timestamp"), "level": level, "event": fields.get("event")}
    return {**head, **fields, "level": level, "role": role}


class Logger:
    """Writes events with fields: `info("draw_recorded", game=..., draw=...)`.

    `exc_info` is an exception whose traceback belongs to the line, or True: the one in hand.
    """

    def __init__(self, name: str) -> None:
        self._stdlib = logging.getLogger(name)

    def debug(self, event: str, /, **fields: object) -> None:
        self._log("debug", event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        self._log("info", event, fields)

    def warning(self, event: str, /, **fields: object) -> None:
        self._log("warning", event, fields)

    def error(self, event: str, /, **fields: object) -> None:
        self._log("error", event, fields)

    def exception(self, event: str, /, **fields: object) -> None:
        """An error with the traceback of the exception that is being handled."""
        self._log("error", event, {"exc_info": True, **fields})

    def _log(self, level: str, event: str, fields: dict[str, object]) -> None:
        error = fields.pop("exc_info", None)
        error = sys.exception() if error is True else error
        if isinstance(error, BaseException):
            fields["exception"] = "".join(traceback.format_exception(error)).rstrip()
        head = {"event": event, "level": level, "logger": self._stdlib.name}
        line = clean({**head, **fields, **head}) | {"timestamp": utc(datetime.now(UTC))}
        OUTPUT.write(line)
        if self._stdlib.isEnabledFor(_NUMBERS[level]):
            extra = {WRITTEN: True, "fields": line}
            self._stdlib.log(_NUMBERS[level], readable(line), extra=extra, stacklevel=3)


def get_logger(name: str) -> Logger:
    """The logger of a module: `get_logger(__name__)`."""
    return Logger(name)


def level_counts() -> dict[str, int]:
    """Log lines this process has written, by level."""
    return OUTPUT.counts()


def lost_lines() -> int:
    """Log lines that could not be written since the process started."""
    return OUTPUT.lost()


def utc(moment: datetime) -> str:
    """A moment of UTC as lines write it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def readable(fields: Mapping[str, object]) -> str:
    """The line for people: the event, then key=value; control characters cannot break it."""
    hidden = ("event", "level", "timestamp", "logger")
    rest = (f"{key}={_shown(value)}" for key, value in fields.items() if key not in hidden)
    return " ".join((_shown(fields.get("event", "")), *rest))


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)
