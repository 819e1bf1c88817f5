"""`metrics_service`: recording predictions."""

from api.container import ready
from exporter.services.metrics_service import MetricsService

metrics_service: MetricsService = ready(lambda app: app.metrics)

__all__ = ["MetricsService", "metrics_service"]
