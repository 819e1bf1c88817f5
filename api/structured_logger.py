"""`structured_logger`: structured logs and their analysis."""

from api.container import ready
from exporter.app import build_logger
from exporter.operating.structured_logger import StructuredLogger

structured_logger: StructuredLogger = ready(build_logger)

__all__ = ["StructuredLogger", "structured_logger"]
