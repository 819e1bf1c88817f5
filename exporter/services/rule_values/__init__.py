"""What users' alert rules compare with their thresholds, out of one reading of the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exporter.domain.alerts import AlertRule, watched
from exporter.domain.games import Games
from exporter.services.rule_values.accuracy import ACCURACY, accuracy
from exporter.services.rule_values.activity import ACTIVITY
from exporter.services.rule_values.scene import Figure, Scene
from exporter.storage.snapshot import Reading

_OF_MODELS: Mapping[str, Callable[[Scene], Figure]] = {**ACCURACY, **ACTIVITY}


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
    told = dict(machine()) if asked else {}
    told["system.alerts"] = reading.active_alerts
    return [_value(rule, reading, games, told) for rule in reading.alert_rules]


def _value(
    rule: AlertRule, reading: Reading, games: Games, machine: Mapping[str, float]
) -> RuleValue:
    if rule.metric_type == "predictions.quarantined":
        return RuleValue(rule, _quarantined(rule, reading), rule.game or "")
    if not watched(rule.metric_type).of_models:
        return RuleValue(rule, machine.get(rule.metric_type))
    scene = Scene.of(rule, reading, games)
    figure = _figure(scene)
    enough = figure.sample is None or figure.sample >= rule.sample_size_min
    return RuleValue(rule, figure.value if enough else None, scene.game, scene.role)


def _figure(scene: Scene) -> Figure:
    """The figure; accuracy.7 and its like are accuracy. Nobody's figures are unknown."""
    work_out = _OF_MODELS.get(scene.rule.metric_type, accuracy)
    return work_out(scene) if scene.models else Figure(None)


def _quarantined(rule: AlertRule, reading: Reading) -> float:
    """Of all games also that of unknown ones: a misspelt name is why some records are there."""
    waiting = reading.quarantine.items()
    return sum(count for (game, _), count in waiting if rule.game in (None, game))


__all__ = ["RuleValue", "rule_values"]
