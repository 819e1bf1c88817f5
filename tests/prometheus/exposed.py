"""Which names and labels a query may use."""

from exporter.collectors.catalog import CATALOG
from exporter.collectors.declarations import MetricKind
from tests.prometheus.rule_files import recorded
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


def labels_of() -> dict[str, set[str]]:
    """Labels by every name that a query may use."""
    found = {name: labels | TARGET for name, labels in FOREIGN.items()}
    for metric in CATALOG.values():
        labels = {*metric.labels, *TARGET}
        if metric.kind is MetricKind.HISTOGRAM:
            found |= {f"{metric.name}{part}": labels for part in ("_sum", "_count")}
            found[f"{metric.name}_bucket"] = labels | {"le"}
        else:
            found[metric.exposed_name] = labels
    return found | dict.fromkeys(recorded(), set().union(*found.values()))


KNOWN = labels_of()


def check(expression: str) -> None:
    """Fails when the expression uses a name that nothing exposes."""
    everywhere = set().union(*KNOWN.values())
    for name, labels in promql.selectors(expression):
        if name:  # a matcher on __name__ names none
            assert name in KNOWN, f"no such metric: {name}"
            assert labels <= KNOWN[name], f"{name} has no label {labels - KNOWN[name]}"
    assert promql.grouping_labels(expression) <= everywhere
