"""`retraining_integration`: retraining when thresholds are crossed, or on a schedule."""

from api.container import ready
from exporter.app import Application
from retrainer.assembly import assemble
from retrainer.integration import PerformanceThreshold, RetrainingIntegration


def _integration(app: Application) -> RetrainingIntegration:
    return assemble(app.settings, app.engine, app.games, app.now).integration


retraining_integration: RetrainingIntegration = ready(_integration)

__all__ = ["PerformanceThreshold", "retraining_integration"]
