"""Alert rules as users make them: checked when made, so that a stored rule can be evaluated."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from exporter.domain.alerts.names import check_name, check_text
from exporter.domain.alerts.watched import METRIC_TYPES, Watched, WindowUnit, watched
from exporter.domain.moments import DAY
from exporter.domain.periods import InvalidPeriod, parse_span
from exporter.domain.plain_values import plain, real, whole
from exporter.domain.statistics.baseline import LONGEST_WINDOW, SINCE_START
from exporter.domain.statistics.thresholds import Operator

CONDITIONS = tuple(operator.value for operator in Operator)
SEVERITIES = ("info", "warning", "critical")
LONGEST_DESCRIPTION = 2_000
LONGEST_SPAN = 400 * DAY
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Warns while `metric_type` `condition` `threshold` is true, such as accuracy < 0.6.

    `window` is draws ("30", "all") for accuracy and a span ("1h", "7d", in whole hours) for
    what is counted over time; "" takes the default of the metric. With `sample_size_min` the
    rule is silent until its window holds as many tickets (or calls). `game` None is the game
    whose models were first scored, or all games for counts. `event` "" takes the metric's own.
    Raises ValueError that names the value and what would be right.
    """

    name: str
    metric_type: str
    condition: str
    threshold: float
    severity: str = "warning"
    description: str = ""
    event: str = ""
    game: str | None = None
    model_version: str | None = None
    window: str = ""
    sample_size_min: int = 0

    def __post_init__(self) -> None:
        """Checks every value, and fills in what was left to the metric."""
        check_name("name", self.name)
        metric = watched(self.metric_type)
        _check_choice("condition", self.condition, CONDITIONS)
        _check_choice("severity", self.severity, SEVERITIES)
        check_text("description", self.description, LONGEST_DESCRIPTION)
        self._check_scope(metric)
        object.__setattr__(self, "threshold", _threshold(self.threshold))
        object.__setattr__(self, "window", _window(self.metric_type, metric, self.window))
        object.__setattr__(self, "event", _event(self.event, metric, self.condition))

    def _check_scope(self, metric: Watched) -> None:
        for name in ("game", "model_version"):
            value = getattr(self, name)
            if value is not None:
                check_name(name, value)
                if not metric.of_models:
                    raise ValueError(f"{name}: {self.metric_type} is not of models; leave it out")
        sample = whole(self.sample_size_min)
        if sample is None or not 0 <= sample <= 10**9:
            shown = repr(plain(self.sample_size_min))
            raise ValueError(f"sample_size_min: {shown} is not a whole number from 0")
        object.__setattr__(self, "sample_size_min", sample)

    @property
    def span(self) -> WindowUnit:
        """What the rule's window is counted in."""
        return watched(self.metric_type).span

    @property
    def draws(self) -> int | None:
        """Draws of the window; None: all since the model version's start."""
        return None if self.window == SINCE_START else int(self.window)

    @property
    def micros(self) -> int:
        """Length of the window in microseconds, where it is counted in time."""
        return parse_span(self.window)

    def holds(self, value: float) -> bool:
        """Whether it warns of this value."""
        return Operator(self.condition).holds(value, self.threshold)

    def changed(self, **changes: Any) -> "AlertRule":
        """The rule with other values; event and window that its metric gave follow the metric.

        Raises ValueError, for unknown names and for `name` too.
        """
        names = [field.name for field in fields(self) if field.name != "name"]
        unknown = sorted(set(changes) - set(names))
        if unknown:
            raise ValueError(f"{unknown[0]}: cannot be changed; these can: {', '.join(names)}")
        metric = watched(self.metric_type)
        cleared = {} if self.event != metric.event_for(self.condition) else {"event": ""}
        if "metric_type" in changes:
            cleared["window"] = ""
        return replace(self, **cleared | changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The rule of `to_dict`. Raises ValueError, for unknown and missing names too."""
        names = [field.name for field in fields(cls)]
        unknown = sorted(set(values) - set(names))
        if unknown:
            raise ValueError(f"{unknown[0]}: is not a field of a rule; they are {', '.join(names)}")
        for name in ("name", "metric_type", "condition", "threshold"):
            if name not in values:
                raise ValueError(f"{name}: is missing")
        return cls(**values)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(choices)}")


def _threshold(value: object) -> float:
    threshold = real(value)
    if threshold is None:
        raise ValueError(f"threshold: {plain(value)!r} is not a number")
    try:
        number = float(threshold)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"threshold: {threshold!r} is not a finite number")
    return number


def _event(value: object, metric: Watched, condition: str) -> str:
    if value in ("", None):
        return metric.event_for(condition)
    if not isinstance(value, str) or not _EVENT.fullmatch(value):
        raise ValueError(
            f"event: {value!r} is not a word of a-z, 0-9 and _, such as {metric.event}"
        )
    return value


def _window(metric_type: str, metric: Watched, value: object) -> str:
    text = "" if value is None else str(value)
    if metric.span is WindowUnit.NOW:
        if text:
            raise ValueError(f"window: {metric_type} takes none, not {value!r}")
        return ""
    if metric.span is WindowUnit.TIME:
        return _checked_span(text or metric.window)
    if metric_type not in METRIC_TYPES and text not in ("", metric.window):
        raise ValueError(f"window: {value!r} contradicts {metric_type}")
    return _checked_draws(text or metric.window)


def _checked_span(text: str) -> str:
    try:
        length = parse_span(text)
    except InvalidPeriod:
        length = 0
    if not 0 < length <= LONGEST_SPAN:
        raise ValueError(f"window: {text!r} is not a span from 1m to 400d, such as 1h or 7d")
    return text


def _checked_draws(text: str) -> str:
    if text == SINCE_START:
        return text
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LONGEST_WINDOW):
        raise ValueError(
            f"window: {text!r} is not a number of draws from 1 to {LONGEST_WINDOW}, nor 'all'"
        )
    return str(int(text))
