"""Evidence against chance, in both directions."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures
from exporter.domain.statistics import Evidence


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `evidence`; a version without scored draws has none yet."""
    states = [(m.labels, m.evidence or Evidence()) for m in figures.models if m.windows]
    yield family(
        catalog.EVIDENCE,
        [
            ((*labels, direction), side.e_value)
            for labels, state in states
            for direction, side in (("worse", state.worse), ("better", state.better))
        ],
    )
    yield family(
        catalog.CHANGE_EVIDENCE,
        [
            ((*labels, direction), side.shiryaev_roberts)
            for labels, state in states
            for direction, side in (("worse", state.worse), ("better", state.better))
        ],
    )
