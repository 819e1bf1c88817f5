"""`metrics_service`: recording predictions."""

from api.container import ready
from exporter.domain.fates import ConflictingKey
from exporter.recording.metrics_service import MetricsService

metrics_service: MetricsService = ready(lambda app: app.metrics)
#: The name it had while each kind of record had a fault of its own.
ConflictingPrediction = ConflictingKey

__all__ = ["ConflictingKey", "ConflictingPrediction", "MetricsService", "metrics_service"]
