"""Every metric and label that a rule or a runbook uses is in the catalogue."""

import re
from typing import Any

import pytest

from tests.prometheus.exposed import KNOWN, check
from tests.prometheus.rule_files import alerts, recorded, rules
from tests.stack import promql

_PRINTED = re.compile(r'(?:query|printf) "([a-z_:]+)\{')
_LABEL = re.compile(r"\$labels\.(\w+)")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("record") or rule["alert"])
def test_a_rule_uses_known_metrics_and_labels(rule: dict[str, Any]) -> None:
    check(rule["expr"])


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_a_text_uses_known_metrics_and_labels(rule: dict[str, Any]) -> None:
    everywhere = set().union(*KNOWN.values())
    for text in rule["annotations"].values():
        assert set(_PRINTED.findall(text)) <= set(KNOWN)
        assert set(_LABEL.findall(text)) <= everywhere


def test_controls_are_in_no_total() -> None:
    for rule in rules():
        if re.search(r"without \([^)]*\brole\b", rule["expr"]) and "sum" in rule["expr"]:
            for name, labels in promql.selectors(rule["expr"]):
                models = name in CATALOG_OF_MODELS
                assert "role" in labels or not models, f"{rule} sums controls of {name}"


CATALOG_OF_MODELS = {name for name, labels in KNOWN.items() if "role" in labels} - recorded()


def test_draw_results_are_never_extrapolated() -> None:
    sparse = ("lotofacil_draw_", "lotofacil_retraining_")
    for rule in rules():
        for call in re.findall(r"\b(?:rate|increase|irate)\(([a-z_]+)", rule["expr"]):
            assert not call.startswith(sparse), rule
