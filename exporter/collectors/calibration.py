"""Whether confidence is kept: Brier score, skill and over-confidence."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `calibration`; versions without confidences are left out."""
    known = [(m.labels, found) for m in figures.models if (found := m.calibration)]
    yield family(catalog.BRIER_SCORE, [(labels, c.brier_score) for labels, c in known])
    yield family(catalog.BRIER_SKILL, [(labels, c.skill) for labels, c in known])
    yield family(catalog.CONFIDENCE_BIAS, [(labels, c.overconfidence) for labels, c in known])
