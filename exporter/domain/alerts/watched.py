"""What a rule can watch: the documented kinds of metrics and their parts."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

_ACCURACY_WINDOW = re.compile(r"accuracy\.(?P<window>[0-9]{1,6}|all)")


class WindowUnit(StrEnum):
    """What the window of a value is counted in."""

    DRAWS = "draws"
    TIME = "time"
    NOW = "now"
    """A value of the moment, or of the model version's whole life: it takes no window."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Something a rule can watch; `rising` is the event where a rule warns of high values."""

    event: str
    span: WindowUnit = WindowUnit.NOW
    window: str = ""
    rising: str = ""
    of_models: bool = True
    """Whether a game or a model version can be chosen."""

    def event_for(self, condition: str) -> str:
        """The event of a rule that does not name one."""
        return self.rising if self.rising and condition.startswith(">") else self.event


_DRAWS = Watched("accuracy_drop", WindowUnit.DRAWS, "30", rising="accuracy_rise")
_CALLS = Watched("performance_drop", WindowUnit.TIME, "1h")
_VOLUME = Watched("missing_predictions", WindowUnit.TIME, "24h", rising="performance_drop")
_MACHINE = Watched("system_error", of_models=False)

#: The values in their units: ratios 0-1, seconds, calls per minute, counts.
METRIC_TYPES: dict[str, Watched] = {
    "accuracy": _DRAWS,
    "accuracy.zscore": _DRAWS,
    "accuracy.trend": Watched("accuracy_drop", rising="accuracy_rise"),
    "accuracy.evidence": Watched("accuracy_drop"),
    "confidence": Watched("model_drift", WindowUnit.TIME, "24h", rising="overconfidence"),
    "confidence.bias": Watched("model_drift", rising="overconfidence"),
    "performance": _CALLS,
    "performance.response_time": _CALLS,
    "performance.response_time_p50": _CALLS,
    "performance.response_time_p90": _CALLS,
    "performance.response_time_p95": _CALLS,
    "performance.response_time_p99": _CALLS,
    "performance.error_rate": _CALLS,
    "performance.throughput": _CALLS,
    "performance.cpu": _MACHINE,
    "performance.memory": _MACHINE,
    "predictions": _VOLUME,
    "predictions.volume": _VOLUME,
    "predictions.failures": replace(_CALLS, window="24h"),
    "predictions.pending": Watched("missing_results"),
    "predictions.age": Watched("missing_predictions"),
    "predictions.quarantined": Watched("data_quality"),
    "system": _MACHINE,
    "system.health": _MACHINE,
    "system.cpu": _MACHINE,
    "system.memory": _MACHINE,
    "system.disk": _MACHINE,
    "system.uptime": _MACHINE,
    "system.spool": _MACHINE,
    "system.errors": _MACHINE,
    "system.alerts": _MACHINE,
}


def watched(metric_type: object) -> Watched:
    """What a metric type means; `accuracy.7` is accuracy over 7 draws. Raises ValueError."""
    if isinstance(metric_type, str):
        if metric_type in METRIC_TYPES:
            return METRIC_TYPES[metric_type]
        match = _ACCURACY_WINDOW.fullmatch(metric_type)
        if match:
            return replace(_DRAWS, window=match["window"])
    names = ", ".join(METRIC_TYPES)
    raise ValueError(
        f"metric_type: {metric_type!r} is not known; known are {names}, "
        "and accuracy.<draws> such as accuracy.7"
    )
