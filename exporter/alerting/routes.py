"""Routes of Alertmanager: which receiver is told of which alert, and how often."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from exporter.config import Settings
from exporter.domain.retraining import ALERT_TRIGGERS

NOWHERE = "nowhere"
RETRAINER = "retrainer"
HISTORY = "history"
WATCHDOG = "LotofacilWatchdog"
WATCHDOG_EVENT = "watchdog"
#: Sent by `lotofacil alerts test`; its label `channel` is the name of the receiver to be tried,
#: `test` is another one each time.
TEST_ALERT = "LotofacilTestNotification"


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient Alertmanager is, as Prometheus durations.

    `info_interval`: information is told at once, then summed up as often as this.
    """

    group_wait: str = "30s"
    group_interval: str = "5m"
    repeat_interval: str = "12h"
    info_interval: str = "24h"
    info_repeat_interval: str = "7d"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The timing that the settings name."""
        return cls(
            settings.ALERT_GROUP_WAIT,
            settings.ALERT_GROUP_INTERVAL,
            settings.ALERT_REPEAT_INTERVAL,
        )


def receiver_of(channel: str) -> str:
    """The name that a stored channel's receiver has in Alertmanager."""
    return f"channel: {channel}"


def matcher(label: str, operator: str, value: str) -> str:
    """A matcher as Alertmanager reads it, whatever stands in the value."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{label}{operator}"{quoted}"'


def any_of(label: str, values: Iterable[str]) -> str:
    """A matcher that is true for each of the values and no other."""
    return matcher(label, "=~", "|".join(re.escape(value) for value in values))


def tree(
    named: Sequence[tuple[str, Sequence[str]]],
    services: Sequence[dict[str, Any]],
    timing: Timing,
) -> dict[str, Any]:
    """The routing tree for receivers `told`, each with its events (none: every alert)."""
    names = [service["name"] for service in services]
    history = {"receiver": HISTORY, "continue": True, "group_by": ["alertname"]}
    history["group_wait"] = timing.group_wait
    return {
        "receiver": NOWHERE,
        # One cause often shows as several alerts of one event: they come in one message.
        "group_by": ["event", "game"],
        "group_wait": timing.group_wait,
        "group_interval": timing.group_interval,
        "repeat_interval": timing.repeat_interval,
        "routes": [
            _watchdog_route([name for name, events in named if WATCHDOG_EVENT in events]),
            _test_route([name for name, _ in named]),
            *([_retrainer_route(timing)] if RETRAINER in names else []),
            *([history] if HISTORY in names else []),
            *(_channel_route(name, events, timing) for name, events in named),
        ],
    }


def _watchdog_route(names: Sequence[str]) -> dict[str, Any]:
    """It always fires: only who asked for its event hears it, often (a dead man's switch)."""
    return {
        "receiver": NOWHERE,
        "matchers": [matcher("alertname", "=", WATCHDOG)],
        "group_interval": "1m",
        "repeat_interval": "5m",
        "routes": [{"receiver": name, "continue": True} for name in names],
    }


def _test_route(names: Sequence[str]) -> dict[str, Any]:
    """A test notification goes to the one channel it names, at once."""
    return {
        "receiver": NOWHERE,
        "matchers": [matcher("alertname", "=", TEST_ALERT)],
        "group_by": ["channel", "test"],  # a second test does not wait for the first one's group
        "group_wait": "0s",
        "routes": [
            {"receiver": name, "matchers": [matcher("channel", "=", name)]} for name in names
        ],
    }


def _retrainer_route(timing: Timing) -> dict[str, Any]:
    """What may ask for a retraining; information (such as the documented threshold) does not."""
    return {
        "receiver": RETRAINER,
        "continue": True,
        "matchers": [
            any_of("event", sorted(ALERT_TRIGGERS)),
            any_of("severity", ("warning", "critical")),
            matcher("role", "!=", "control"),
        ],
        "group_by": ["alertname", "game", "model_version", "rule"],
        "group_wait": timing.group_wait,
    }


def _channel_route(name: str, events: Sequence[str], timing: Timing) -> dict[str, Any]:
    route: dict[str, Any] = {"receiver": name, "continue": True}
    if events:
        route["matchers"] = [any_of("event", events)]
    calmer = {
        "receiver": name,
        "matchers": [matcher("severity", "=", "info")],
        "group_interval": timing.info_interval,
        "repeat_interval": timing.info_repeat_interval,
    }
    return route | {"routes": [calmer]}
