"""Whether confidence is kept: Brier score, skill and over-confidence."""

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import MODEL, Collector

COLLECTOR = Collector[BoundedReading]("calibration")

# Versions without confidences are left out.
_calibrations = COLLECTOR.by(
    MODEL,
    lambda figures: ((m.labels, claims) for m in figures.models if (claims := m.calibration)),
)
BRIER_SCORE = _calibrations.gauge(
    "lotofacil_brier_score",
    "Mean squared difference between confidence and hit, per number played; lower is better.",
    lambda calibration: calibration.brier_score,
)
BRIER_SKILL = _calibrations.gauge(
    "lotofacil_brier_skill_ratio",
    "1 minus the Brier score over that of always claiming chance; above 0 is better than that.",
    lambda calibration: calibration.skill,
)
CONFIDENCE_BIAS = _calibrations.gauge(
    "lotofacil_confidence_bias_ratio",
    "Mean confidence minus accuracy of the scored predictions; above 0 is over-confident.",
    lambda calibration: calibration.overconfidence,
)
