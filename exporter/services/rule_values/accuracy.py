"""Values of accuracy: windows of draws, out of each model's last scored draws."""

from collections import Counter
from collections.abc import Callable, Mapping

from exporter.domain.lifetime import Lifetime
from exporter.domain.statistics import (
    WindowSums,
    assess,
    calibration,
    trend,
)
from exporter.services.rule_values.scene import Figure, Scene
from exporter.storage.snapshot import ScoredDraw


def accuracy(scene: Scene) -> Figure:
    """Hits ÷ numbers played of all the models on the last draws any of them played."""
    if scene.rule.draws is None:
        lifetime = scene.lifetime()
        numbers, hits = lifetime.total("numbers"), lifetime.total("hits")
        return Figure(hits / numbers if numbers else None, lifetime.tickets)
    by_draw: dict[int, Counter[str]] = {}
    for model in scene.models:
        for draw in scene.reading.scored.get(model.id, ()):
            _add(by_draw.setdefault(draw.number, Counter()), draw)
    last = sorted(by_draw)[-scene.rule.draws :]
    sums: Counter[str] = sum((by_draw[number] for number in last), Counter())
    value = sums["hits"] / sums["numbers"] if sums["numbers"] else None
    return Figure(value, sums["tickets"])


def _add(sums: Counter[str], draw: ScoredDraw) -> None:
    sums["tickets"] += draw.tickets
    sums["numbers"] += draw.totals.numbers
    sums["hits"] += draw.totals.hits


def _zscore(scene: Scene) -> Figure:
    """Of the model in use: how tickets of several models overlap is not in the snapshot."""
    scored = _scored(scene)
    if scene.rule.draws is not None:
        scored = scored[-scene.rule.draws :]
    game = scene.games[scene.model_in_use.game]
    sums = WindowSums.of(draw.totals for draw in scored)
    return Figure(assess(game.pool, game.drawn, sums).z, sum(draw.tickets for draw in scored))


def _trend(scene: Scene) -> Figure:
    scored = _scored(scene)
    game = scene.games[scene.model_in_use.game]
    found = trend(game.pool, game.drawn, [(draw.number, draw.totals) for draw in scored])
    return Figure(found.slope, sum(draw.tickets for draw in scored))


def _evidence(scene: Scene) -> Figure:
    """The e-value of 'worse than chance' since the version's start."""
    found = scene.reading.evidence.get(scene.model_in_use.id)
    tickets = sum(draw.tickets for draw in _scored(scene))
    return Figure(found.worse.e_value if found and found.draws else None, tickets)


def _bias(scene: Scene) -> Figure:
    """Mean confidence minus accuracy over the life of the model in use."""
    model = scene.model_in_use
    lifetime = scene.reading.totals.get(model.id, Lifetime())
    found = calibration(scene.games[model.game].chance, lifetime.claims())
    return Figure(found.overconfidence, found.tickets) if found else Figure(None)


def _scored(scene: Scene) -> list[ScoredDraw]:
    return list(scene.reading.scored.get(scene.model_in_use.id, ()))


ACCURACY: Mapping[str, Callable[[Scene], Figure]] = {
    "accuracy": accuracy,
    "accuracy.zscore": _zscore,
    "accuracy.trend": _trend,
    "accuracy.evidence": _evidence,
    "confidence.bias": _bias,
}
