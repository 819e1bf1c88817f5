"""The words of retraining: what asks for it, what is decided, how a run ends, and the settings."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from exporter.domain.plain_values import plain, real, whole


class Trigger(StrEnum):
    """What asks for a training run: an event of an alert, or one of our own reasons."""

    ACCURACY_DROP = "accuracy_drop"
    MODEL_DRIFT = "model_drift"
    OVERCONFIDENCE = "overconfidence"
    THRESHOLD = "threshold"
    SCHEDULE = "schedule"
    MANUAL = "manual"
    RETRY = "retry"


#: Events of alerts that ask for a training run; alerts of other events are none of its business.
ALERT_TRIGGERS = frozenset({Trigger.ACCURACY_DROP, Trigger.MODEL_DRIFT, Trigger.OVERCONFIDENCE})


class Decision(StrEnum):
    """What became of a request."""

    RETRAIN = "retrain"
    REFUSED_COOLDOWN = "refused_cooldown"
    REFUSED_RUNNING = "refused_running"
    REFUSED_NO_EVIDENCE = "refused_no_evidence"
    REFUSED_FAULT = "refused_fault"
    """Deciding it went wrong in a way that nobody foresaw."""
    IGNORED_RESOLVED = "ignored_resolved"
    IGNORED_UNKNOWN = "ignored_unknown"


class Outcome(StrEnum):
    """How a training run ended."""

    SUCCESS = "success"
    FAILED = "failed"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    """Its retrainer was asked to stop: nothing is wrong."""
    INTERRUPTED = "interrupted"
    """Its retrainer died, or gave no sign of life."""


class Frequency(StrEnum):
    """How often training is scheduled."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


#: Longest time between two scheduled runs, in seconds.
INTERVAL_SECONDS = {
    Frequency.DAILY: 86_400,
    Frequency.WEEKLY: 7 * 86_400,
    Frequency.MONTHLY: 31 * 86_400,
}


@dataclass(frozen=True, slots=True)
class PerformanceThreshold:
    """Bounds whose crossing asks for a training run; None: not watched.

    All but `sample_size_min` (tickets, or calls for the error rate) are ratios from 0 to 1.
    Raises ValueError that names the value and what would be right.
    """

    accuracy_min: float | None = None
    error_rate_max: float | None = None
    confidence_min: float | None = None
    sample_size_min: int = 100

    def __post_init__(self) -> None:
        """Refuses what could never be compared."""
        for name in ("accuracy_min", "error_rate_max", "confidence_min"):
            object.__setattr__(self, name, _ratio(name, getattr(self, name)))
        _set_whole(self, "sample_size_min", 1, 1_000_000_000)
        if (self.accuracy_min, self.error_rate_max, self.confidence_min) == (None, None, None):
            raise ValueError("thresholds: give accuracy_min, error_rate_max or confidence_min")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """The thresholds of `to_dict`; names of other versions are passed over."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})


@dataclass(frozen=True, slots=True)
class Schedule:
    """When training runs by itself, in the game's time zone.

    `day_of_week` (Monday 0 … Sunday 6) belongs to weekly, `day_of_month` (1-28, so that
    every month has it) to monthly. Raises ValueError.
    """

    frequency: Frequency
    day_of_week: int | None = None
    day_of_month: int | None = None
    hour: int = 2
    minute: int = 0

    def __post_init__(self) -> None:
        """Refuses times that do not exist."""
        _set_whole(self, "hour", 0, 23)
        _set_whole(self, "minute", 0, 59)
        self._check_day(Frequency.WEEKLY, "day_of_week", 0, 6)
        self._check_day(Frequency.MONTHLY, "day_of_month", 1, 28)

    def _check_day(self, frequency: Frequency, name: str, least: int, most: int) -> None:
        if self.frequency is frequency:
            _set_whole(self, name, least, most)
        elif getattr(self, name) is not None:
            raise ValueError(f"{name}: belongs to frequency {frequency.value!r} alone")


@dataclass(frozen=True, slots=True)
class Figures:
    """How the model in use does, as far as it is known (ratios 0-1; None: nothing known)."""

    model_version: str | None = None
    draws: int = 0
    tickets: int = 0
    accuracy: float | None = None
    mean_confidence: float | None = None
    calls: int = 0
    error_rate: float | None = None
    evidence: float | None = None
    """E-value of 'worse than chance'; 20 or more is no luck."""
    is_promoted: bool = False
    """Whether the version was put in use; else it is only the newest."""


def _ratio(name: str, value: object) -> float | None:
    ratio = real(value)
    if value is not None and (ratio is None or not 0 <= ratio <= 1):
        raise ValueError(f"{name}: {plain(value)!r} is not a ratio from 0 to 1")
    return ratio


def _set_whole(values: PerformanceThreshold | Schedule, name: str, least: int, most: int) -> None:
    value = getattr(values, name)
    number = whole(value)
    if number is None or not least <= number <= most:
        raise ValueError(f"{name}: {plain(value)!r} is not a whole number from {least} to {most}")
    object.__setattr__(values, name, number)
