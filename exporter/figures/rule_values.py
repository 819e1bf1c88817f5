"""What users' alert rules compare with their thresholds, out of one reading of the database."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from threading import Lock

from exporter.domain.alerts import AlertRule, WindowUnit, watched
from exporter.domain.games import Games
from exporter.domain.lifetime import Lifetime
from exporter.domain.moments import SECOND
from exporter.domain.predictions import MILLION
from exporter.domain.versions import MODEL, recency
from exporter.figures.model_figures import ModelFigures, figures_of
from exporter.figures.performance import PerformanceFigures, performance
from exporter.figures.snapshots import Snapshots
from exporter.storage.read_scores import ScoredDraw
from exporter.storage.rule_figures import rule_period
from exporter.storage.snapshot import Reading


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in its metric's unit, None: unknown; `sample`: tickets or calls behind it."""

    value: float | None
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A rule, the reading, and the models that the rule means, oldest first."""

    rule: AlertRule
    reading: Reading
    games: Games
    models: Sequence[ModelFigures]

    @classmethod
    def of(cls, rule: AlertRule, reading: Reading, games: Games) -> "Scene":
        """The models that the rule names: control arms only by their version."""
        named = [model for model in figures_of(reading, games) if _means(rule, model)]
        of_one_game = rule.metric_type.startswith(("accuracy", "confidence."))
        if rule.game is None and rule.span is not WindowUnit.TIME and of_one_game:
            named = _of_first_scored(named, games)
        return cls(rule, reading, games, named)

    @property
    def game(self) -> str:
        """The game of the models; "" for models of several games, or none."""
        names = {model.row.game for model in self.models}
        return self.rule.game or (names.pop() if len(names) == 1 else "")

    @property
    def role(self) -> str:
        """That of a control arm where only such are meant; "" where there are no models."""
        roles = {model.row.role for model in self.models}
        return MODEL if MODEL in roles else "".join(roles)

    @property
    def model_in_use(self) -> ModelFigures:
        """Whose figures are told that cannot be added up; where others are meant, of them."""
        return max(self.models, key=lambda model: (model.row.active, recency(model.row)))

    def lifetime(self) -> Lifetime:
        """What the models did since their start, all together."""
        return Lifetime.together(model.lifetime for model in self.models)


def _means(rule: AlertRule, model: ModelFigures) -> bool:
    row = model.row
    counted = row.role == MODEL or rule.model_version is not None
    of_game = rule.game in (None, row.game)
    return counted and of_game and rule.model_version in (None, row.version)


def _of_first_scored(models: Sequence[ModelFigures], games: Games) -> list[ModelFigures]:
    # As the summary does: the accuracies of several games have no chance in common.
    scored = games.real_first(model.row.game for model in models if model.points)
    return [model for model in models if scored and model.row.game == scored[0]]


def _accuracy(scene: Scene) -> Figure:
    """Hits ÷ numbers played of all the models on the last draws any of them played."""
    if scene.rule.draws is None:
        lifetime = scene.lifetime()
        numbers, hits = lifetime.total("numbers"), lifetime.total("hits")
        return Figure(hits / numbers if numbers else None, lifetime.tickets)
    by_draw: dict[tuple[int, int], Counter[str]] = {}
    for model in scene.models:
        for draw in model.points:
            _add(by_draw.setdefault((draw.drawn_at, draw.number), Counter()), draw)
    last = sorted(by_draw)[-scene.rule.draws :]
    sums: Counter[str] = sum((by_draw[draw] for draw in last), Counter())
    value = sums["hits"] / sums["numbers"] if sums["numbers"] else None
    return Figure(value, sums["tickets"])


def _add(sums: Counter[str], draw: ScoredDraw) -> None:
    sums["tickets"] += draw.tickets
    sums["numbers"] += draw.totals.numbers
    sums["hits"] += draw.totals.hits


def _zscore(scene: Scene) -> Figure:
    """Of the model in use: how tickets of several models overlap is not in the snapshot."""
    model, draws = scene.model_in_use, scene.rule.draws
    last = model.points if draws is None else model.points[-draws:]
    return Figure(model.window(draws).z, sum(draw.tickets for draw in last))


def _trend(scene: Scene) -> Figure:
    return Figure(scene.model_in_use.trend.slope, _sample(scene))


def _evidence(scene: Scene) -> Figure:
    """The e-value of 'worse than chance' since the version's start."""
    evidence = scene.model_in_use.evidence
    return Figure(evidence.worse.e_value if evidence and evidence.draws else None, _sample(scene))


def _bias(scene: Scene) -> Figure:
    """Mean confidence minus accuracy over the life of the model in use."""
    claims = scene.model_in_use.calibration
    return Figure(claims.overconfidence, claims.tickets) if claims else Figure(None)


def _sample(scene: Scene) -> int:
    return sum(draw.tickets for draw in scene.model_in_use.points)


def _cells(scene: Scene) -> Counter[tuple[str, int]]:
    of_window = scene.reading.recent[scene.rule.micros]
    sums: Counter[tuple[str, int]] = Counter()
    for model in scene.models:
        sums.update(of_window.get(model.row.id, {}))
    return sums


def _calls(scene: Scene) -> PerformanceFigures:
    now = scene.reading.taken_at
    return performance(_cells(scene), now - rule_period(scene.rule.micros, now).start)


def _of_calls(figure: str) -> Callable[[Scene], Figure]:
    def value(scene: Scene) -> Figure:
        calls = _calls(scene)
        return Figure(getattr(calls, figure), calls.calls)

    return value


def _of_latency(figure: str) -> Callable[[Scene], Figure]:
    def value(scene: Scene) -> Figure:
        latency = _calls(scene).latency_seconds
        return Figure(attrgetter(figure)(latency), latency.samples)

    return value


def _volume(scene: Scene) -> Figure:
    return Figure(_cells(scene)["predictions", 0])


def _confidence(scene: Scene) -> Figure:
    cells = _cells(scene)
    samples = sum(n for (measure, _), n in cells.items() if measure == "confidence")
    mean = cells["confidence_sum", 0] / samples / MILLION if samples else None
    return Figure(mean, samples)


def _pending(scene: Scene) -> Figure:
    return Figure(scene.lifetime().pending)


def _age(scene: Scene) -> Figure:
    newest = max(model.row.last_predicted_at for model in scene.models)
    return Figure((scene.reading.taken_at - newest) / SECOND if newest else None)


#: The figures of models by metric type; accuracy.7 and its like are accuracy.
_OF_MODELS: Mapping[str, Callable[[Scene], Figure]] = {
    "accuracy": _accuracy,
    "accuracy.zscore": _zscore,
    "accuracy.trend": _trend,
    "accuracy.evidence": _evidence,
    "confidence.bias": _bias,
    "performance": _of_latency("average"),
    "performance.response_time": _of_latency("average"),
    "performance.response_time_p50": _of_latency("p50"),
    "performance.response_time_p90": _of_latency("p90"),
    "performance.response_time_p95": _of_latency("p95"),
    "performance.response_time_p99": _of_latency("p99"),
    "performance.error_rate": _of_calls("error_rate"),
    "performance.throughput": _of_calls("throughput_per_minute"),
    "predictions": _volume,
    "predictions.volume": _volume,
    "predictions.failures": _of_calls("failures"),
    "predictions.pending": _pending,
    "predictions.age": _age,
    "confidence": _confidence,
}


@dataclass(frozen=True, slots=True)
class RuleValue:
    """A rule and the value it watches, in the metric's unit; None while it is unknown.

    `game` is the one whose models are meant; "" where those of several are, or none. `role` is
    theirs: that of a control arm, or "model"; "" where no models are meant, or there are none.
    """

    rule: AlertRule
    value: float | None
    game: str = ""
    role: str = ""


def rule_values(
    reading: Reading, games: Games, machine: Callable[[], Mapping[str, float]]
) -> list[RuleValue]:
    """The values of all rules; `machine` gives those of this process by metric type."""
    asked = any(not watched(rule.metric_type).of_models for rule in reading.alert_rules)
    measured = dict(machine()) if asked else {}
    measured["system.alerts"] = reading.active_alerts
    return [_value(rule, reading, games, measured) for rule in reading.alert_rules]


def _value(
    rule: AlertRule, reading: Reading, games: Games, machine: Mapping[str, float]
) -> RuleValue:
    if rule.metric_type == "predictions.quarantined":
        return RuleValue(rule, _quarantined(rule, reading), rule.game or "")
    if not watched(rule.metric_type).of_models:
        return RuleValue(rule, machine.get(rule.metric_type))
    scene = Scene.of(rule, reading, games)
    work_out = _OF_MODELS.get(rule.metric_type, _accuracy)
    figure = work_out(scene) if scene.models else Figure(None)  # nobody's figures are unknown
    enough = figure.sample is None or figure.sample >= rule.sample_size_min
    return RuleValue(rule, figure.value if enough else None, scene.game, scene.role)


def _quarantined(rule: AlertRule, reading: Reading) -> float:
    """Of all games also that of unknown ones: a misspelt name is why some records are there."""
    waiting = reading.quarantine.items()
    return sum(count for (game, _), count in waiting if rule.game in (None, game))


@dataclass(eq=False)
class CurrentRules:
    """Gives the values; `machine` those of this process by metric type."""

    snapshots: Snapshots
    games: Games
    machine: Callable[[], Mapping[str, float]]
    _lock: Lock = field(default_factory=Lock, init=False)
    _version: int = field(default=-1, init=False)
    _values: list[RuleValue] = field(default_factory=list, init=False)

    def __call__(self) -> list[RuleValue]:
        """The rules of the newest snapshot; none before the first."""
        state = self.snapshots.state
        with self._lock:
            if state.reading is not None and state.version != self._version:
                self._values = rule_values(state.reading, self.games, self.machine)
                self._version = state.version
            return self._values
