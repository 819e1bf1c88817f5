"""`accuracy_tracker`: recording draw results."""

from api.container import ready
from exporter.recording.accuracy_tracker import AccuracyTracker

accuracy_tracker: AccuracyTracker = ready(lambda app: app.tracker)

__all__ = ["AccuracyTracker", "accuracy_tracker"]
