"""What the exporter's collectors would have shown of models at chance, draw after draw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from prometheus_client.metrics_core import Metric as Family

from exporter.collectors import draws, evidence, models
from exporter.collectors.bounded_reading import BoundedReading
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.lifetime import Lifetime
from exporter.domain.statistics.betting import reference_factors
from exporter.domain.statistics.evidence import Evidence, update
from exporter.domain.statistics.likelihood import chance_factors
from exporter.figures.model_figures import ModelFigures
from exporter.storage.draws import drawn_measure
from exporter.storage.evidence import Reference
from exporter.storage.read_models import ModelRow
from exporter.storage.snapshot import DrawSeries, Reading

STEP = 60
"""Seconds from draw to draw in the made-up time of Prometheus."""
FIRST = 1_700_000_000 // 3600 * 3600


@dataclass
class Life:
    """A model that plays random tickets; its reference is what it does keep."""

    version: str
    tickets: int
    evidence: Evidence = field(default_factory=Evidence)
    reference: Evidence = field(default_factory=Evidence)

    def play(self, drawn: frozenset[int], random: Random) -> None:
        """One more draw (numbers from 0)."""
        held = [0] * 25
        for _ in range(self.tickets):
            for number in random.sample(range(25), 15):
                held[number] += 1
        hits = sum(held[number] for number in drawn)
        self.evidence = update(self.evidence, chance_factors(15, held, hits))
        self.reference = update(self.reference, reference_factors(15, held, hits, 0.6))

    def figures(self) -> ModelFigures:
        """As the collectors get them."""
        return ModelFigures(
            row=ModelRow(1, 1, "lotofacil", self.version, "model", True, 0, 0, True),
            game=LOTOFACIL,
            lifetime=Lifetime(),
            evidence=self.evidence,
            reference=Reference(600_000, 0, self.reference),
        )


def openmetrics(
    history: Sequence[frozenset[int]], played: Sequence[frozenset[int]], lives: Sequence[Life]
) -> Iterator[str]:
    """All samples of the lives over the draws `played` after `history`, metric by metric."""
    counts = [sum(number in drawn for drawn in history) for number in range(25)]
    series: dict[str, list[str]] = {}
    random = Random(1)
    for place, drawn in enumerate(played):
        for life in lives:
            life.play(drawn, random)
        counts = [count + (number in drawn) for number, count in enumerate(counts)]
        for family in _families(lives, counts):
            lines = series.setdefault(family.name, [])
            lines += _lines(family, FIRST + place * STEP)
    for name, lines in series.items():
        yield f"# TYPE {name} gauge\n"
        yield from lines
    yield "# EOF\n"


def _families(lives: Sequence[Life], counts: Sequence[int]) -> Iterator[Family]:
    totals = {drawn_measure(k): count for k, count in enumerate(counts)}
    reading = Reading(
        0, draws={"lotofacil": DrawSeries(1, 1, 0)}, game_totals={"lotofacil": totals}
    )
    figures = BoundedReading(reading, KNOWN_GAMES, [life.figures() for life in lives])
    yield from evidence.COLLECTOR.collect(figures)
    yield from (f for f in models.COLLECTOR.collect(figures) if f.name.endswith("active"))
    yield from (f for f in draws.COLLECTOR.collect(figures) if f.name.endswith("pvalue_ratio"))


def _lines(family: Family, moment: int) -> Iterator[str]:
    for sample in family.samples:
        labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
        yield f"{sample.name}{{{labels}}} {float(sample.value)!r} {moment}\n"
