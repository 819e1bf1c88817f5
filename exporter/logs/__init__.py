"""Structured logs: JSON lines on disk and on standard error, and plain stdlib records beside them.

`configure_logs` is called once, at the edge. Until then lines go to stdlib logging only, as any
library's would, so `logging.basicConfig(level=logging.DEBUG)` shows them.
"""

from exporter.domain.redaction import redact
from exporter.logs.cleaning import clean
from exporter.logs.lines import Logger, get_logger, level_counts, lost_lines
from exporter.logs.setup import LogOptions, configure_logs, log_files, log_folder

__all__ = [
    "LogOptions",
    "Logger",
    "clean",
    "configure_logs",
    "get_logger",
    "level_counts",
    "log_files",
    "log_folder",
    "lost_lines",
    "redact",
]
