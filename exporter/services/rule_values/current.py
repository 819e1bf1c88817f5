"""The values of users' rules now, for everybody who asks: worked out once for each snapshot."""

from collections.abc import Callable, Mapping
from threading import Lock

from exporter.domain.games import Games
from exporter.services.rule_values import RuleValue, rule_values
from exporter.services.snapshots import Snapshots


class CurrentRules:
    """Gives the values; `machine` those of this process by metric type."""

    def __init__(
        self, snapshots: Snapshots, games: Games, machine: Callable[[], Mapping[str, float]]
    ) -> None:
        self._snapshots = snapshots
        self._games = games
        self._machine = machine
        self._lock = Lock()
        self._version = -1
        self._values: list[RuleValue] = []

    def __call__(self) -> list[RuleValue]:
        """The rules of the newest snapshot; none before the first."""
        state = self._snapshots.state
        with self._lock:
            if state.reading is not None and state.version != self._version:
                self._values = rule_values(state.reading, self._games, self._machine)
                self._version = state.version
            return self._values
