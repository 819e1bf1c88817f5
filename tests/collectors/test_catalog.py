"""The catalogue: every metric once, and its name in no other place of the product's code."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

from exporter.collectors.catalog import CATALOG, DECLARED
from exporter.collectors.declarations import MetricKind

PROJECT = Path(__file__).parents[2]
PACKAGES = ("api", "exporter", "retrainer")
_WORD = re.compile(r"\w+")


def test_no_two_metrics_have_one_name() -> None:
    assert len(CATALOG) == sum(map(len, DECLARED.values()))


def test_kinds_are_those_of_the_formats() -> None:
    assert {metric.kind for metric in CATALOG.values()} == set(MetricKind)


def test_a_name_is_spelled_in_its_declaration_only() -> None:
    files = chain.from_iterable((PROJECT / room).rglob("*.py") for room in PACKAGES)
    words = Counter(chain.from_iterable(_WORD.findall(file.read_text("utf-8")) for file in files))
    spelled = {name: words[name] + words[f"{name}_total"] for name in CATALOG}
    assert {name: times for name, times in spelled.items() if times != 1} == {}
