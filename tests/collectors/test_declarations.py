"""A declared metric is collected from what it says, and says what it is."""

from collections.abc import Mapping

from prometheus_client import generate_latest

from exporter.collectors.declarations import Collector, Distribution, MetricKind, named
from exporter.collectors.exposition import Families

FRUITS = Collector[Mapping[str, float | None]]("fruits")
_fruits = FRUITS.by(("fruit",), named)
WEIGHT = _fruits.gauge("weight_grams", "Weight.", lambda weight: weight)
COUNTED = FRUITS.single().counter("fruits", "How many.", len)


def samples(
    collector: Collector[Mapping[str, float | None]], fruits: dict[str, float | None]
) -> str:
    text = generate_latest(Families(collector.collect(fruits))).decode()
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_every_row_is_a_series_unless_its_value_is_unknown() -> None:
    page = samples(FRUITS, {"apple": 80, "kiwi": None, "pear": 0})
    assert (
        page == 'weight_grams{fruit="apple"} 80.0\nweight_grams{fruit="pear"} 0.0\nfruits_total 3.0'
    )


def test_a_metric_says_what_it_is() -> None:
    assert FRUITS.metrics == [WEIGHT, COUNTED]
    assert (WEIGHT.kind, WEIGHT.labels, WEIGHT.exposed_name) == (
        MetricKind.GAUGE,
        ("fruit",),
        "weight_grams",
    )
    assert (COUNTED.kind, COUNTED.labels, COUNTED.exposed_name) == (
        MetricKind.COUNTER,
        (),
        "fruits_total",
    )


def test_a_histogram_adds_its_buckets_up() -> None:
    waits = Collector[Distribution]("waits")
    waits.single().histogram("wait_seconds", "Wait.", (0.5, 1.0), lambda counted: counted)
    (family,) = waits.collect(([3, 2, 1], 4.5))
    assert [(s.name, s.labels.get("le"), s.value) for s in family.samples] == [
        ("wait_seconds_bucket", "0.5", 3),
        ("wait_seconds_bucket", "1.0", 5),
        ("wait_seconds_bucket", "+Inf", 6),
        ("wait_seconds_count", None, 6),
        ("wait_seconds_sum", None, 4.5),
    ]


def test_rows_are_read_once_for_all_their_metrics() -> None:
    reads: list[int] = []

    def rows(number: int) -> list[tuple[tuple[str], int]]:
        reads.append(number)
        return [(("one",), number)]

    numbers = Collector[int]("numbers")
    table = numbers.by(("name",), rows)
    table.gauge("number", "A number.", float)
    table.gauge("double", "Twice the number.", lambda number: 2 * number)
    assert [family.samples[0].value for family in numbers.collect(4)] == [4, 8]
    assert reads == [4]
