"""Values of performance, predictions and confidence: sums over time, and what waits now."""

from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter

from exporter.domain.moments import SECOND
from exporter.domain.predictions import MILLION
from exporter.services.figures.performance import PerformanceFigures, performance
from exporter.services.rule_values.scene import Figure, Scene
from exporter.storage.rule_figures import rule_period


def _cells(scene: Scene) -> Counter[tuple[str, int]]:
    of_window = scene.reading.recent[scene.rule.micros]
    sums: Counter[tuple[str, int]] = Counter()
    for model in scene.models:
        sums.update(of_window.get(model.id, {}))
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
    newest = max(model.last_predicted_at for model in scene.models)
    return Figure((scene.reading.taken_at - newest) / SECOND if newest else None)


ACTIVITY: Mapping[str, Callable[[Scene], Figure]] = {
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
