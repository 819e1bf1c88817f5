"""Evidence against chance and against named accuracies, in both directions."""

from collections.abc import Iterable, Iterator

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import MODEL, Collector, Labels
from exporter.domain.predictions import MILLION
from exporter.domain.statistics.evidence import DirectionEvidence, Evidence

COLLECTOR = Collector[BoundedReading]("evidence")
DIRECTIONS = ("worse", "better")
_DIRECTION = (*MODEL, "direction")


def _both_ways(
    states: Iterable[tuple[Labels, Evidence]],
) -> Iterator[tuple[Labels, DirectionEvidence]]:
    for labels, state in states:
        for direction, side in zip(DIRECTIONS, (state.worse, state.better), strict=True):
            yield (*labels, direction), side


# A version without scored draws has no evidence yet.
_against_chance = COLLECTOR.by(
    _DIRECTION,
    lambda figures: _both_ways(
        (m.labels, m.evidence or Evidence()) for m in figures.models if m.windows
    ),
)
EVIDENCE = _against_chance.gauge(
    "lotofacil_evidence_value",
    "E-value against chance since the version's start, as it is now; it may fall.",
    lambda side: side.e_value,
)
EVIDENCE_PEAK = _against_chance.gauge(
    "lotofacil_evidence_peak_value",
    "Largest e-value against chance so far: 20 is reached by at most 5 % of models at chance, "
    "100 by 1 %, ever. A correction can lower it.",
    lambda side: side.peak,
)
CHANGE_EVIDENCE = _against_chance.gauge(
    "lotofacil_change_evidence_value",
    "Shiryaev-Roberts statistic; N or more: at most one false alarm in N draws on average.",
    lambda side: side.shiryaev_roberts,
)

_references = COLLECTOR.by(
    MODEL, lambda figures: ((m.labels, m.reference) for m in figures.models if m.reference)
)
REFERENCE_ACCURACY = _references.gauge(
    "lotofacil_reference_accuracy_ratio",
    "Accuracy that a user named for this version, such as the one claimed at release.",
    lambda reference: reference.accuracy / MILLION,
)
_against_reference = COLLECTOR.by(
    _DIRECTION,
    lambda figures: _both_ways(
        (m.labels, m.reference.evidence) for m in figures.models if m.reference
    ),
)
REFERENCE_EVIDENCE = _against_reference.gauge(
    "lotofacil_reference_evidence_value",
    "E-value against the named accuracy since the version's start, as it is now; it may fall.",
    lambda side: side.e_value,
)
REFERENCE_EVIDENCE_PEAK = _against_reference.gauge(
    "lotofacil_reference_evidence_peak_value",
    "Largest e-value against the named accuracy so far: at most 5 % of models that keep it ever "
    "reach 20.",
    lambda side: side.peak,
)
