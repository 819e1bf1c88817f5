"""Users' alert rules: both sides of the comparison, which Prometheus makes."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family, single
from exporter.services.rule_values import RuleValue


def collect(current: Callable[[], Sequence[RuleValue]]) -> Iterator[Family]:
    """Families of the collector `alert_rules`; an unknown value has no series."""
    values = current()
    known = [(_labels(one), one.value) for one in values if one.value is not None]
    yield family(catalog.ALERT_RULE_VALUE, known)
    thresholds = [(_labels(one), one.rule.threshold) for one in values]
    yield family(catalog.ALERT_RULE_THRESHOLD, thresholds)


def collect_checks(failures: Callable[[], int]) -> Iterator[Family]:
    """Families of the collector `alert_checks`."""
    yield single(catalog.ALERT_CHECK_FAILURES, failures())


def _labels(one: RuleValue) -> tuple[str, ...]:
    rule = one.rule
    return (
        rule.name,
        rule.metric_type,
        rule.condition,
        rule.severity,
        rule.event,
        one.game,
        rule.model_version or "",
        one.role,
    )
