import json
import math

import numpy as np
import pytest
from hypothesis import given

from exporter.domain.alerts import CONDITIONS, METRIC_TYPES, AlertRule, WindowUnit, watched
from tests.domain.alerts.names import NAMES


def test_the_documented_rule() -> None:
    rule = AlertRule(
        name="Baixa Acurácia",
        metric_type="accuracy",
        condition="<",
        threshold=0.6,
        severity="warning",
        description="Acurácia abaixo de 60%",
    )
    assert (rule.event, rule.window, rule.draws) == ("accuracy_drop", "30", 30)


@pytest.mark.parametrize("metric_type", [*METRIC_TYPES, "accuracy.7", "accuracy.all"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_metric_and_operator_makes_a_rule_with_an_event(
    metric_type: str, condition: str
) -> None:
    rule = AlertRule("a", metric_type, condition, 1)
    assert rule.event
    assert bool(rule.window) is (rule.span is not WindowUnit.NOW)
    assert isinstance(rule.threshold, float)


@given(name=NAMES, description=NAMES)
def test_a_name_is_only_a_name_whatever_stands_in_it(name: str, description: str) -> None:
    rule = AlertRule(name, "accuracy", "<", 0.6, description=description)
    assert AlertRule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "name: '' is not a name"),
        ({"name": " a"}, "name: ' a' begins or ends with a space"),
        ({"name": "a\0"}, r"name: 'a\\x00' holds control characters"),
        ({"name": "a\ud800"}, "name: .* holds control characters"),
        ({"name": "a" * 129}, "name: 129 signs are too many; at most 128"),
        ({"name": None}, "name: None is not a name"),
        ({"metric_type": "speed"}, "metric_type: 'speed' is not known; known are accuracy, "),
        ({"metric_type": ["accuracy"]}, "metric_type: .* is not known"),
        ({"metric_type": "accuracy.0"}, "window: '0' is not a number of draws from 1 to 300"),
        ({"metric_type": "accuracy.301"}, "window: '301' is not a number of draws"),
        ({"condition": "=<"}, "condition: '=<' is not one of <, <=, >, >=, ==, !="),
        ({"threshold": math.nan}, "threshold: nan is not a finite number"),
        ({"threshold": 10**400}, "threshold: .* is not a finite number"),
        ({"threshold": "0.6"}, "threshold: '0.6' is not a number"),
        ({"threshold": True}, "threshold: True is not a number"),
        ({"severity": "fatal"}, "severity: 'fatal' is not one of info, warning, critical"),
        ({"event": "Accuracy drop"}, "event: 'Accuracy drop' is not a word of a-z"),
        ({"description": 5}, "description: 5 is not a text"),
        ({"window": "1h"}, "window: '1h' is not a number of draws"),
        ({"metric_type": "performance", "window": "30"}, "window: '30' is not a span"),
        ({"metric_type": "performance", "window": "401d"}, "window: '401d' is not a span"),
        ({"metric_type": "system.cpu", "window": "1h"}, "window: system.cpu takes none"),
        ({"metric_type": "accuracy.7", "window": "30"}, "window: '30' contradicts accuracy.7"),
        ({"metric_type": "system.cpu", "game": "lotofacil"}, "game: system.cpu is not of models"),
        ({"game": ""}, "game: '' is not a name"),
        ({"sample_size_min": -1}, "sample_size_min: -1 is not a whole number"),
        ({"sample_size_min": 1.5}, "sample_size_min: 1.5 is not a whole number"),
        ({"sample_size_min": np.float64(1)}, "sample_size_min: 1.0 is not a whole number"),
        ({"threshold": np.True_}, "threshold: True is not a number"),
        ({"threshold": np.inf}, "threshold: inf is not a finite number"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(
    changes: dict[str, object], message: str
) -> None:
    good = {"name": "a", "metric_type": "accuracy", "condition": "<", "threshold": 0.6}
    with pytest.raises(ValueError, match=message):
        AlertRule(**good | changes)  # type: ignore[arg-type]  # that is what is tested


def test_numbers_of_a_library_are_kept_as_pythons_own() -> None:
    rule = AlertRule("a", "accuracy", "<", np.float32(0.5), window=np.int64(30))  # type: ignore[arg-type]
    changed = rule.changed(threshold=np.int64(1), sample_size_min=np.int64(7))
    assert changed == AlertRule("a", "accuracy", "<", 1.0, window="30", sample_size_min=7)
    assert json.loads(json.dumps(changed.to_dict())) == changed.to_dict()


def test_high_accuracy_is_another_event_than_low_accuracy() -> None:
    assert AlertRule("a", "accuracy", ">=", 0.65).event == "accuracy_rise"
    assert AlertRule("a", "accuracy", "!=", 0.65).event == "accuracy_drop"
    assert AlertRule("a", "accuracy", ">", 0.65, event="mine").event == "mine"


def test_what_the_metric_gave_follows_a_change_of_the_metric() -> None:
    rule = AlertRule("a", "accuracy", "<", 0.6, window="7")
    assert rule.changed(condition=">").event == "accuracy_rise"
    changed = rule.changed(metric_type="performance.error_rate", condition=">", threshold=0.1)
    assert (changed.event, changed.window) == ("performance_drop", "1h")
    assert AlertRule("a", "accuracy", "<", 0.6, event="mine").changed(threshold=1).event == "mine"
    with pytest.raises(ValueError, match="name: cannot be changed"):
        rule.changed(name="b")


def test_a_dictionary_with_other_names_is_refused() -> None:
    with pytest.raises(ValueError, match="metric: is not a field of a rule"):
        AlertRule.from_dict({"metric": "accuracy"})
    with pytest.raises(ValueError, match="threshold: is missing"):
        AlertRule.from_dict({"name": "a", "metric_type": "accuracy", "condition": "<"})


def test_windows_are_draws_or_spans() -> None:
    assert AlertRule("a", "accuracy.all", "<", 0.6).draws is None
    assert AlertRule("a", "accuracy.007", "<", 0.6).draws == 7
    assert AlertRule("a", "performance", ">", 1, window="2h").micros == 7_200_000_000
    assert watched("accuracy.7").span is WindowUnit.DRAWS
