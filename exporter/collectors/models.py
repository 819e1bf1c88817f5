"""Model versions: which is in use, since when."""

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import MODEL, Collector
from exporter.domain.moments import SECOND
from exporter.domain.versions import still_predicts

COLLECTOR = Collector[BoundedReading]("models")

_models = COLLECTOR.by(MODEL, lambda figures: ((m.labels, m) for m in figures.models))
MODEL_ACTIVE = _models.gauge(
    "lotofacil_model_active",
    "1 for the model version in use: the promoted one, else whose predictions are newest.",
    lambda model: model.row.active,
)
MODEL_START = _models.gauge(
    "lotofacil_model_start_timestamp_seconds",
    "When this model version was first seen or promoted.",
    lambda model: model.row.started_at / SECOND,
)

_moments = COLLECTOR.by(
    MODEL,
    lambda figures: (
        (m.labels, (m.row.last_predicted_at, figures.reading.taken_at)) for m in figures.models
    ),
)
MODEL_PREDICTING = _moments.gauge(
    "lotofacil_model_predicting",
    "1 for a model version that made a prediction in the last 7 days, in use or not.",
    lambda moments: still_predicts(*moments),
)
