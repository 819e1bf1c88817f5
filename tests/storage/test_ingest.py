"""Predictions and failures go in exactly once, with their roll-ups, whoever else writes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select, update

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import Fates
from exporter.domain.moments import DAY, HOUR
from exporter.domain.predictions import MOMENT, VERSION, Failure, Prediction
from exporter.storage import models, schema
from exporter.storage.engine import reading, writing
from exporter.storage.failures import write_failures
from exporter.storage.lookup import find
from exporter.storage.verification import verify
from tests.servers.waiting import wait_until
from tests.storage import reading as held
from tests.storage.records import MONDAY, record, scored, store, stored, ticket, total

KEY = ("lotofacil", "v1")
#: SQLite has one writer at a time.
SEVERAL_WRITERS = pytest.mark.parametrize(
    "migrated_url", ["postgres_template", "mariadb_template"], indirect=True
)


def test_the_same_key_with_the_same_body_is_one_record(engine: Engine) -> None:
    first = ticket("a", MONDAY)
    assert store(engine, first) == Fates(1)
    assert store(engine, first) == Fates(0, frozenset({0}))
    again = first._replace(predicted_at=MONDAY + 1)
    assert store(engine, again._replace(filled=MOMENT)).repeated == {0}
    assert store(engine, again).conflicts == {0}
    assert total(engine, "predictions") == stored(engine) == 1


def test_the_same_key_with_another_body_is_a_conflict(engine: Engine) -> None:
    store(engine, ticket("a", MONDAY))
    for other in (
        ticket("a", MONDAY, 100),
        ticket("a", MONDAY, version="v2"),
        ticket("a", MONDAY, numbers=range(2, 17)),
        ticket("a", MONDAY, confidence=None),
    ):
        assert store(engine, other) == Fates(0, conflicts=frozenset({0}))
    assert total(engine, "predictions") == 1


def test_what_was_not_given_is_no_part_of_the_body(engine: Engine) -> None:
    first = ticket("a", MONDAY)
    store(engine, first)
    filled = first._replace(model_version="v2", role=None, predicted_at=1, filled=MOMENT | VERSION)
    assert store(engine, filled, filled._replace(model_version=None)).repeated == {0, 1}
    other = (filled._replace(draw_number=100), filled._replace(filled=MOMENT))
    assert store(engine, *other).conflicts == {0, 1}
    control = filled._replace(model_version="v3", role="control")
    assert store(engine, control).conflicts == {0}


def test_without_a_version_the_one_in_use_is_meant(engine: Engine) -> None:
    new = ticket("a", MONDAY)._replace(model_version=None, role=None, filled=VERSION)
    assert store(engine, new, ticket("b", MONDAY)).stored == 2
    with writing(engine) as connection:
        models.promote(connection, "lotofacil", "v1", "model", 1)
        models.promote(connection, "lotofacil", "random", "control", 1)
    assert store(engine, new._replace(key="c")).stored == 1
    assert (total(engine, "predictions", version="unversioned"), total(engine, "predictions")) == (
        1,
        2,
    )


def test_a_role_that_is_not_its_versions_is_refused_and_the_others_stored(engine: Engine) -> None:
    first = ticket("a", MONDAY)._replace(role="control")
    found = store(
        engine, first, first._replace(key="b", role="model"), ticket("c", MONDAY, version="v2")
    )
    assert (found.stored, list(found.refused)) == (2, [1])
    assert str(found.refused[1]) == "role: 'model' contradicts 'v1', which is a control"
    again = store(engine, *(ticket(key, MONDAY) for key in "ab"), first._replace(role=None))
    assert again == Fates(0, frozenset({2}), refused=again.refused)
    assert list(again.refused) == [0, 1]
    assert total(engine, "predictions") == 1


def test_a_batch_may_hold_new_repeated_and_conflicting_ones(engine: Engine) -> None:
    store(engine, ticket("a", MONDAY))
    found = store(engine, ticket("a", MONDAY), ticket("b", MONDAY), ticket("b", MONDAY, 100))
    assert found == Fates(1, frozenset({0}), frozenset({2}))
    assert total(engine, "predictions") == 2


def test_places_count_through_the_batches_of_all_games(engine: Engine) -> None:
    quina = ticket("q", MONDAY)._replace(game="quina", size=5, numbers=0b11111)
    known = ticket("a", MONDAY)
    assert store(engine, known, quina).stored == 2
    found = store(engine, known, ticket("b", MONDAY), quina, quina._replace(confidence=1))
    assert found == Fates(1, frozenset({0, 2}), frozenset({3}))


def test_keys_that_differ_in_case_or_by_a_space_are_two_records(engine: Engine) -> None:
    assert store(engine, ticket("a", MONDAY), ticket("A", MONDAY)).stored == 2


def test_what_is_stored_reads_back_as_it_came(engine: Engine) -> None:
    quina = ticket("q", MONDAY)._replace(
        game="quina", size=5, numbers=1 << 62, numbers_high=0b1111, metadata='{"é":[1,null]}'
    )
    long = ticket("long", MONDAY)._replace(metadata=f'{{"é":"{"x" * 100_000}"}}')
    store(engine, long)
    store(engine, quina)
    with reading(engine) as connection:
        assert find(connection, Prediction, ["q", "long", "other"]) == {"q": quina, "long": long}


def test_days_and_hours_are_those_of_the_prediction(engine: Engine) -> None:
    store(engine, ticket("a", MONDAY - 1), ticket("b", MONDAY), ticket("c", MONDAY + DAY))
    with reading(engine) as connection:
        hours = held.read_cells(connection, schema.hour_rollups)
        days = held.read_cells(connection, schema.day_rollups)
    monday = MONDAY // DAY * DAY
    for start, n in ((MONDAY - HOUR, 1), (MONDAY, 1), (MONDAY + DAY, 1)):
        assert hours[KEY, start, "predictions", 0] == n
    assert days[KEY, monday, "predictions", 0] == 2
    assert days[KEY, monday + DAY, "held", 0] == 1


def test_failures_are_counted_once(engine: Engine) -> None:
    failure = Failure("f", "lotofacil", "v1", "model", MONDAY, 5, "timeout")
    assert write_failures(engine, [failure, failure]) == 1
    assert write_failures(engine, [failure]) == 0
    assert total(engine, "failures") == 1


def test_a_batch_may_hold_more_failures_than_a_statement_takes_values(engine: Engine) -> None:
    failure = Failure("f", "lotofacil", "v1", "model", MONDAY, 5, "timeout")
    batch = [failure._replace(key=f"f{n}") for n in range(33_000)]
    assert write_failures(engine, batch) == len(batch)


def test_writers_at_once_lose_and_double_nothing(engine: Engine) -> None:
    """Eight writers of the same two keys and of their own, while results come in."""

    def write(writer: int) -> None:
        mine = [ticket(f"{writer}-{n}", MONDAY - n) for n in range(5)]
        store(engine, *mine, ticket("shared", MONDAY), ticket("named", MONDAY, 100))

    with ThreadPoolExecutor(6) as threads:
        jobs = [threads.submit(write, writer) for writer in range(8)]
        record(engine, 100)
        for job in jobs:
            job.result(60)
    assert stored(engine) == total(engine, "predictions") == 8 * 5 + 2
    assert scored(engine) == {100: (42, 42 * 5, 0)}
    assert verify(engine, KNOWN_GAMES).differences == ()


def test_the_newest_prediction_is_remembered_whatever_the_order(engine: Engine) -> None:
    for at in (MONDAY, MONDAY + DAY, MONDAY - DAY):
        store(engine, ticket(str(at), at))
    with reading(engine) as connection:
        newest = connection.execute(select(schema.models.c.last_predicted_at)).scalar()
    assert newest == MONDAY + DAY


def test_a_version_starts_with_its_own_first_prediction(engine: Engine) -> None:
    early = ticket("a", MONDAY - DAY, version="old")
    store(engine, early, ticket("b", MONDAY, version="new"), ticket("c", MONDAY + 1, version="new"))
    failed = [
        Failure("x", "lotofacil", "v8", "model", MONDAY - DAY, None, "no"),
        Failure("y", "lotofacil", "v9", "model", MONDAY, None, "no"),
    ]
    write_failures(engine, failed)
    with reading(engine) as connection:
        query = select(schema.models.c.version, schema.models.c.started_at)
        started = {row.version: row.started_at for row in connection.execute(query)}
    assert started == {"old": MONDAY - DAY, "new": MONDAY, "v8": MONDAY - DAY, "v9": MONDAY}


@SEVERAL_WRITERS
def test_a_writer_that_loses_a_deadlock_tries_again(engine: Engine) -> None:
    """The other one holds the model that a batch moves, and wants the game that the batch holds."""
    store(engine, ticket("a", MONDAY))
    holds_the_game = Event()

    def meet(*arguments: Any) -> None:
        if arguments[2].startswith("UPDATE models") and not holds_the_game.is_set():
            holds_the_game.set()
            wait_until(lambda: waits_for_the_game(engine), what="the other one")

    with ThreadPoolExecutor(1) as threads, writing(engine) as other:
        let_win(other)
        other.execute(update(schema.models).values(active=schema.models.c.active + 1))
        event.listen(engine, "before_cursor_execute", meet)
        job = threads.submit(store, engine, ticket("b", MONDAY + 1))
        assert holds_the_game.wait(60)
        other.execute(update(schema.games).values(name=schema.games.c.name))
    assert job.result(60) == Fates(1)
    assert stored(engine) == total(engine, "predictions") == 2


def let_win(connection: Connection) -> None:
    """MariaDB lets go on whoever did more; PostgreSQL ends who looks first, however slow it is."""
    connection.execute(insert(schema.games), [{"name": f"other-{n}"} for n in range(500)])
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '1h'")


def waits_for_the_game(engine: Engine) -> bool:
    """Whether another transaction stands before the game that a batch holds."""
    query = """SELECT COUNT(*) FROM information_schema.processlist
        WHERE db = DATABASE() AND info LIKE 'UPDATE games%%'"""
    if engine.dialect.name == "postgresql":
        query = """SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    with reading(engine) as connection:
        return bool(connection.exec_driver_sql(query).scalar())
