"""Users' alert rules: both sides of the comparison, which Prometheus makes; and its upkeep."""

from collections.abc import Sequence

from exporter.collectors.declarations import Collector
from exporter.figures.rule_values import RuleValue

COLLECTOR = Collector[Sequence[RuleValue]]("alert_rules")
#: Read at each scrape: how many looks broke.
CHECKS = Collector[int]("alert_checks")
RULE = ("rule", "metric_type", "condition", "severity", "event", "game", "model_version", "role")


def _labels(watched: RuleValue) -> tuple[str, ...]:
    rule = watched.rule
    named = (rule.name, rule.metric_type, rule.condition, rule.severity, rule.event)
    return (*named, watched.game, rule.model_version or "", watched.role)


_rules = COLLECTOR.by(RULE, lambda values: ((_labels(watched), watched) for watched in values))
ALERT_RULE_VALUE = _rules.gauge(
    "lotofacil_alert_rule_value",
    "Current value of what the user-made alert rule watches; absent while it is unknown.",
    lambda watched: watched.value,
)
ALERT_RULE_THRESHOLD = _rules.gauge(
    "lotofacil_alert_rule_threshold",
    "Threshold of the user-made alert rule.",
    lambda watched: watched.rule.threshold,
)

ALERT_CHECK_FAILURES = CHECKS.single().counter(
    "lotofacil_alert_check_failures",
    "Looks after channels and alert history that broke since this process started.",
    float,
)
