"""Evidence against chance and against named accuracies, in both directions."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import Labels, family
from exporter.collectors.figures import Figures
from exporter.domain.predictions import MILLION
from exporter.domain.statistics import DirectionEvidence, Evidence

_Sample = tuple[Labels, float]
_CHANCE: tuple[tuple[catalog.Metric, Callable[[DirectionEvidence], float]], ...] = (
    (catalog.EVIDENCE, lambda side: side.e_value),
    (catalog.EVIDENCE_PEAK, lambda side: side.peak),
    (catalog.CHANGE_EVIDENCE, lambda side: side.shiryaev_roberts),
)
_REFERENCE: tuple[tuple[catalog.Metric, Callable[[DirectionEvidence], float]], ...] = (
    (catalog.REFERENCE_EVIDENCE, lambda side: side.e_value),
    (catalog.REFERENCE_EVIDENCE_PEAK, lambda side: side.peak),
)


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `evidence`; a version without scored draws has none yet."""
    states = [(m.labels, m.evidence or Evidence()) for m in figures.models if m.windows]
    for metric, read in _CHANCE:
        yield family(metric, _both_ways(states, read))
    named = [(m.labels, m.reference) for m in figures.models if m.reference]
    accuracies = [(labels, reference.accuracy / MILLION) for labels, reference in named]
    yield family(catalog.REFERENCE_ACCURACY, accuracies)
    against = [(labels, reference.evidence) for labels, reference in named]
    for metric, read in _REFERENCE:
        yield family(metric, _both_ways(against, read))


def _both_ways(
    states: Iterable[tuple[Labels, Evidence]], read: Callable[[DirectionEvidence], float]
) -> Iterator[_Sample]:
    for labels, state in states:
        for direction, side in (("worse", state.worse), ("better", state.better)):
            yield (*labels, direction), read(side)
