"""Setting logs up, once, at the edge of a process."""

import logging
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exporter.forks import on_fork
from exporter.logs.cleaning import clean
from exporter.logs.files import RotatingFile
from exporter.logs.lines import OUTPUT, WRITTEN, Output, utc

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """How a process logs.

    `role` names its file; `data_dir` holds the folder `logs` (None: no file). `rotation_size` is in
    bytes. `whole_process` also takes over the lines of other libraries: for our own services, not
    when we are a library in somebody else's process.
    """

    role: str
    data_dir: Path | None
    level: str = "info"
    rotation_size: int = 100_000_000
    kept_files: int = 5
    to_stderr: bool = True
    whole_process: bool = True


def configure_logs(options: LogOptions) -> None:
    """Starts writing lines as `options` say; called again, the new options replace the old."""
    on_fork(OUTPUT, Output.begin)
    OUTPUT.role = options.role
    OUTPUT.level = getattr(logging, options.level.upper())
    OUTPUT.to_stderr = options.to_stderr
    previous, OUTPUT.file = OUTPUT.file, _file(options)
    if previous:
        previous.close()
    if options.whole_process:
        _take_over(OUTPUT.level)


def log_folder(data_dir: Path) -> Path:
    """Where the log files of all roles are."""
    return data_dir / "logs"


def log_files(data_dir: Path) -> list[Path]:
    """All log files there, rotated ones too, the one last written to at the end."""
    files = (*log_folder(data_dir).glob(f"*{SUFFIX}"), *log_folder(data_dir).glob(f"*{SUFFIX}.*"))
    return sorted(files, key=_last_written)


def _last_written(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, path.name
    except FileNotFoundError:  # rotated away in this moment
        return 0.0, path.name


def _file(options: LogOptions) -> RotatingFile | None:
    if options.data_dir is None:
        return None
    path = log_folder(options.data_dir) / f"{options.role}{SUFFIX}"
    return RotatingFile(path, options.rotation_size, options.kept_files)


class ForeignLines(logging.Handler):
    """Writes the stdlib records of other libraries as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        if not hasattr(record, WRITTEN):
            OUTPUT.write(_fields(record))


def _fields(record: logging.LogRecord) -> dict[str, object]:
    moment = utc(datetime.fromtimestamp(record.created, UTC))
    fields = {"event": "library_message", "message": _message(record), "logger": record.name}
    if record.exc_info and record.exc_info[0]:
        fields["exception"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
    return {"timestamp": moment, "level": record.levelname.lower(), **clean(fields)}


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's template that does not fit its values
        return str(record.msg)


def _take_over(level: int) -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, ForeignLines)]:
        root.removeHandler(handler)
    root.addHandler(ForeignLines())
    root.setLevel(level)
    logging.captureWarnings(capture=True)
