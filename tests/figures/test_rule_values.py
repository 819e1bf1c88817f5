"""Values of rules over the seeded history."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from exporter.collectors import alert_rules as alert_rules_collector
from exporter.domain.alerts import METRIC_TYPES, AlertRule
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import HOUR, SECOND
from exporter.figures.machine import ErrorsOfHour, Machine
from exporter.figures.rule_values import rule_values
from exporter.figures.system_resources import SystemResources
from exporter.storage import snapshot
from exporter.storage.engine import reading, writing
from exporter.storage.named_rows import RULES
from exporter.storage.schema import draw_scores, models
from exporter.storage.snapshot import Reading
from tests.seeding import NOW, seeded_engine


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return seeded_engine(f"sqlite:///{tmp_path_factory.mktemp('rules') / 'seeded.db'}")


def machine() -> Mapping[str, float]:
    return {"system.cpu": 0.25, "system": 1.0}


_REST = (KNOWN_GAMES, machine)


def read(engine: Engine, *rules: AlertRule) -> Reading:
    with writing(engine) as connection:
        for name in RULES.read(connection):
            RULES.remove(connection, name)
        for rule in rules:
            RULES.put(connection, rule.name, rule, NOW)
    with reading(engine) as connection:
        return snapshot.read(connection, NOW, KNOWN_GAMES)


def value(engine: Engine, metric_type: str, **options: object) -> float | None:
    rule = AlertRule("a", metric_type, "<", 1, **options)  # type: ignore[arg-type]
    (found,) = rule_values(read(engine, rule), KNOWN_GAMES, machine)
    return found.value


def test_every_metric_type_of_models_has_a_value(seeded: Engine) -> None:
    rules = [AlertRule(name, name, "<", 1) for name, m in METRIC_TYPES.items() if m.of_models]
    values = {v.rule.name: v for v in rule_values(read(seeded, *rules), KNOWN_GAMES, machine)}
    assert [name for name, one in values.items() if one.value is None] == []
    assert values["accuracy"].game == "lotofacil"


def test_accuracy_is_that_of_all_models_on_the_last_draws(seeded: Engine) -> None:
    c = draw_scores.c
    last = select(c.draw_number).distinct().order_by(c.draw_number.desc()).limit(7)
    query = (
        select(func.sum(c.hits), func.sum(c.numbers_played))
        .join(models, models.c.id == c.model_id)
        .where(models.c.role == "model", c.draw_number.in_(last.subquery().select()))
    )
    with reading(seeded) as connection:
        hits, numbers = connection.execute(query).one()
    assert value(seeded, "accuracy.7") == pytest.approx(hits / numbers)
    assert value(seeded, "accuracy", window="7") == value(seeded, "accuracy.7")


def test_all_draws_are_more_than_the_longest_window(seeded: Engine) -> None:
    whole = value(seeded, "accuracy.all")
    assert whole == pytest.approx(value(seeded, "accuracy.300"))
    assert whole is not None
    assert 0.55 < whole < 0.65


def test_a_rule_says_whom_it_watches(seeded: Engine) -> None:
    """A control arm is there to be at chance: its alerts must not retrain the model."""
    watched = {"everybody": None, "control": "aleatorio", "nobody": "none such"}
    rules = [AlertRule(n, "accuracy", "<", 1, model_version=v) for n, v in watched.items()]
    values = rule_values(read(seeded, *rules, AlertRule("z", "system.cpu", ">", 1)), *_REST)
    assert {v.rule.name: v.role for v in values} == {
        "everybody": "model",
        "control": "control",
        "nobody": "",
        "z": "",
    }
    labels = {
        sample.labels["rule"]: (sample.labels["model_version"], sample.labels["role"])
        for family in alert_rules_collector.COLLECTOR.collect(values)
        for sample in family.samples
    }
    assert labels["control"] == ("aleatorio", "control")
    assert labels["everybody"] == ("", "model")


def test_a_version_or_game_can_be_chosen_and_control_arms_only_so(seeded: Engine) -> None:
    control = value(seeded, "accuracy", model_version="aleatorio")
    assert control is not None
    assert control != value(seeded, "accuracy")
    assert value(seeded, "accuracy", model_version="none") is None
    assert value(seeded, "accuracy", game="megasena") is None


def test_too_small_a_sample_has_no_value(seeded: Engine) -> None:
    assert value(seeded, "accuracy.7", sample_size_min=28) is not None
    assert value(seeded, "accuracy.7", sample_size_min=29) is None
    assert value(seeded, "performance.error_rate", sample_size_min=10_000) is None


def test_volume_counts_the_models_predictions_of_the_window(seeded: Engine) -> None:
    day, week = value(seeded, "predictions"), value(seeded, "predictions", window="7d")
    assert day is not None
    assert week is not None
    assert 60 <= day < week
    assert value(seeded, "predictions.pending") == 60


def test_values_of_this_process_come_from_it(seeded: Engine) -> None:
    assert value(seeded, "system.cpu") == 0.25
    assert value(seeded, "system.disk") is None
    assert value(seeded, "system.alerts") == 1


def test_the_machine_is_asked_only_where_a_rule_needs_it(seeded: Engine) -> None:
    def never() -> Mapping[str, float]:
        raise AssertionError("asked")

    taken = read(seeded, AlertRule("a", "accuracy", "<", 1))
    rule_values(taken, KNOWN_GAMES, never)


def test_an_empty_database_has_no_values() -> None:
    rules = [AlertRule(name, name, "<", 1) for name, m in METRIC_TYPES.items() if m.of_models]
    empty = replace(Reading(NOW), alert_rules=rules)
    found = {v.rule.name: v.value for v in rule_values(empty, KNOWN_GAMES, machine)}
    assert {name for name, one in found.items() if one is not None} == {"predictions.quarantined"}


def test_errors_are_those_of_the_last_hour() -> None:
    moments, counts = iter([0, 30, 3600, 3660, 7300, 12_000]), iter([5, 6, 8, 9, 9, 9])
    errors = ErrorsOfHour(lambda: next(counts), lambda: next(moments) * SECOND)
    assert [errors() for _ in range(5)] == [1, 3, 4, 0, 0]


def test_the_machine_is_read_by_metric_type(tmp_path: Path) -> None:
    resources = SystemResources(tmp_path)
    asked = Machine(resources, lambda: {"a": True, "b": False}, lambda: 7, lambda: 3, lambda: HOUR)
    first = asked()
    assert (first["system"], first["system.spool"], first["system.errors"]) == (0.0, 7, 3)
    assert 0 < first["system.memory"] < 1
    assert first["performance.memory"] == first["system.memory"]
    of_metrics = {name for name, metric in METRIC_TYPES.items() if not metric.of_models}
    assert set(first) <= of_metrics
    assert first["system.cpu"] == first["performance.cpu"] == resources()["host_cpu_usage_ratio"]
