"""`metrics_service`: recording predictions."""

from api.container import ready
from exporter.services.metrics_service import ConflictingPrediction, MetricsService

metrics_service: MetricsService = ready(lambda app: app.metrics)

__all__ = ["ConflictingPrediction", "MetricsService", "metrics_service"]
