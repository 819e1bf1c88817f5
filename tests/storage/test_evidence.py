"""Evidence against a named accuracy follows every way in which a score can change."""

from sqlalchemy import Engine

from exporter.domain.statistics.evidence import Evidence
from exporter.storage import evidence, models
from exporter.storage.engine import reading, writing
from tests.storage.records import draw_time, record, store, ticket

CLAIM = 620_000
HOUR = 3_600_000_000


def name(engine: Engine) -> None:
    with writing(engine) as connection:
        model = models.find(connection, "lotofacil", "v1")
        evidence.put_reference(connection, model.id, CLAIM, 0)


def state(engine: Engine) -> Evidence:
    with reading(engine) as connection:
        [found] = evidence.read_references(connection).values()
    return found.evidence


def replayed(engine: Engine) -> Evidence:
    with reading(engine) as connection:
        model = models.find(connection, "lotofacil", "v1")
        return evidence.replayed(connection, model.id, CLAIM)


def before(number: int) -> int:
    return draw_time(number) - HOUR


def test_a_new_draw_is_one_step_and_equals_the_replay(engine: Engine) -> None:
    store(engine, *(ticket(f"k{n}", before(n), n) for n in range(100, 104)))
    name(engine)
    assert state(engine).draws == 0
    for number in range(100, 104):
        record(engine, number)
        assert state(engine).draws == number - 99
        assert state(engine) == replayed(engine)


def test_late_results_corrections_and_late_predictions_are_replayed(engine: Engine) -> None:
    store(engine, *(ticket(f"k{n}", before(n), n) for n in range(100, 104)))
    record(engine, 103)
    name(engine)
    record(engine, 101)
    assert state(engine).draws == 2
    was = state(engine)
    record(engine, 103, range(1, 16))
    assert state(engine) == replayed(engine)
    assert state(engine).better.e_value > was.better.e_value
    store(engine, ticket("late", before(101), 101, numbers=range(5, 20)))
    assert state(engine) == replayed(engine)


def test_a_draw_without_tickets_that_count_changes_nothing(engine: Engine) -> None:
    store(engine, ticket("k", before(100), 100), ticket("too late", draw_time(101) + 1, 101))
    record(engine, 100)
    name(engine)
    was = state(engine)
    record(engine, 101)
    assert state(engine) == was


def test_forgetting_it_leaves_nothing(engine: Engine) -> None:
    store(engine, ticket("k", before(100), 100))
    name(engine)
    with writing(engine) as connection:
        model = models.find(connection, "lotofacil", "v1")
        assert evidence.remove_reference(connection, model.id)
        assert not evidence.remove_reference(connection, model.id)
    record(engine, 100)
    with reading(engine) as connection:
        assert evidence.read_references(connection) == {}
