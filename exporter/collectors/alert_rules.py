"""Users' alert rules: both sides of the comparison, which Prometheus makes."""

from collections.abc import Callable, Iterator, Mapping
from threading import Lock

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.domain.games import Games
from exporter.services.rule_values import RuleValue, rule_values
from exporter.services.snapshots import Snapshots


class AlertRules:
    """The collector `alert_rules`: worked out once for each snapshot.

    `machine` gives the values of this process by metric type.
    """

    def __init__(
        self, snapshots: Snapshots, games: Games, machine: Callable[[], Mapping[str, float]]
    ) -> None:
        self._snapshots = snapshots
        self._games = games
        self._machine = machine
        self._lock = Lock()
        self._version = -1
        self._values: list[RuleValue] = []

    def collect(self) -> Iterator[Family]:
        """Families of the collector `alert_rules`; an unknown value has no series."""
        values = self._current()
        known = [(_labels(one), one.value) for one in values if one.value is not None]
        yield family(catalog.ALERT_RULE_VALUE, known)
        thresholds = [(_labels(one), one.rule.threshold) for one in values]
        yield family(catalog.ALERT_RULE_THRESHOLD, thresholds)

    def _current(self) -> list[RuleValue]:
        state = self._snapshots.state
        with self._lock:
            if state.reading is not None and state.version != self._version:
                self._values = rule_values(state.reading, self._games, self._machine)
                self._version = state.version
            return self._values


def _labels(one: RuleValue) -> tuple[str, ...]:
    rule = one.rule
    return (
        rule.name,
        rule.metric_type,
        rule.condition,
        rule.severity,
        rule.event,
        one.game,
    )
