"""Every metric and label that a rule or a runbook uses is in the catalogue."""

import re
from typing import Any

import pytest

from exporter.catalog import CATALOG, Kind
from tests.prometheus.rule_files import alerts, recorded, rules
from tests.stack import promql

TARGET = {"job", "instance"}
#: What Prometheus and Alertmanager make themselves, with the labels that rules use.
FOREIGN: dict[str, set[str]] = {
    "up": set(),
    "ALERTS": {"alertname", "alertstate"},
    "process_start_time_seconds": set(),
    "prometheus_config_last_reload_successful": set(),
    "prometheus_notifications_alertmanagers_discovered": set(),
    "prometheus_notifications_dropped_total": set(),
    "prometheus_rule_evaluation_failures_total": {"rule_group"},
    "alertmanager_config_last_reload_successful": set(),
    "alertmanager_notifications_total": {"integration", "receiver_name"},
    "alertmanager_notifications_failed_total": {"integration", "receiver_name", "reason"},
}
_PRINTED = re.compile(r'(?:query|printf) "([a-z_:]+)\{')
_LABEL = re.compile(r"\$labels\.(\w+)")


def labels_of() -> dict[str, set[str]]:
    """Labels by every name that a query may use."""
    found = {name: labels | TARGET for name, labels in FOREIGN.items()}
    for metric in CATALOG.values():
        labels = {*metric.labels, *TARGET}
        if metric.kind is Kind.HISTOGRAM:
            found |= {f"{metric.name}{part}": labels for part in ("_sum", "_count")}
            found[f"{metric.name}_bucket"] = labels | {"le"}
        else:
            found[metric.exposed_name] = labels
    return found | dict.fromkeys(recorded(), set().union(*found.values()))


KNOWN = labels_of()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("record") or rule["alert"])
def test_a_rule_uses_known_metrics_and_labels(rule: dict[str, Any]) -> None:
    check(rule["expr"])


def check(expression: str) -> None:
    """Fails when the expression uses a name that nothing exposes."""
    everywhere = set().union(*KNOWN.values())
    for name, labels in promql.selectors(expression):
        if name:  # a matcher on __name__ names none
            assert name in KNOWN, f"no such metric: {name}"
            assert labels <= KNOWN[name], f"{name} has no label {labels - KNOWN[name]}"
    assert promql.grouping_labels(expression) <= everywhere


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
