"""Everything one page or report about a game shows, read in one go."""

from exporter.services.overview.reader import OverviewReader
from exporter.services.overview.shapes import (
    Activity,
    Draws,
    Model,
    Overview,
    Point,
    Span,
)

__all__ = ["Activity", "Draws", "Model", "Overview", "OverviewReader", "Point", "Span"]
