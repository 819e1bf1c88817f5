"""Clean-up takes what is old and decided, in small batches, and says what it did."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import HOUR
from exporter.domain.predictions import Failure
from exporter.storage import retention, schema
from exporter.storage.engine import reading
from exporter.storage.failures import write_failures
from exporter.storage.retention import cleaned_before, cleanup
from exporter.storage.verification import verify
from tests.storage import reading as held
from tests.storage.records import draw_time, record, scored, store, stored, ticket, total

AT = draw_time(100) - HOUR


def test_predictions_that_wait_for_their_result_stay(engine: Engine) -> None:
    store(engine, ticket("scored", AT), ticket("named", AT, 105), ticket("open", AT + 2 * HOUR))
    record(engine, 100)
    assert cleanup(engine, before=draw_time(105), now=7) == 1
    with reading(engine) as connection:
        assert held.read_keys(connection) == {"named", "open"}
        assert connection.execute(select(schema.draws.c.cleaned)).scalar() == 1
    record(engine, 101)
    assert scored(engine) == {100: (1, 5, 0), 101: (1, 5, 0)}


@contextmanager
def deletions(engine: Engine) -> Iterator[list[int]]:
    """How many predictions each transaction took."""
    found: list[int] = []

    def note(*given: Any) -> None:
        _, cursor, statement, *_ = given
        if statement.startswith("DELETE FROM predictions"):
            found.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    yield found
    event.remove(engine, "after_cursor_execute", note)


def test_many_rows_go_in_small_batches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    store(engine, *(ticket(str(n), AT) for n in range(35)))
    record(engine, 100)
    with deletions(engine) as batches:
        assert cleanup(engine, before=AT + 1, now=7) == 35
    assert batches == [10, 10, 10, 5]
    assert (stored(engine), total(engine, "cleaned"), total(engine, "predictions")) == (0, 35, 35)
    assert scored(engine) == {100: (35, 175, 0)}


def test_what_it_did_is_noted(engine: Engine) -> None:
    store(engine, ticket("a", AT))
    record(engine, 100)
    with reading(engine) as connection:
        assert cleaned_before(connection) is None
    cleanup(engine, before=AT + 1, now=7)
    with reading(engine) as connection:
        note = connection.execute(select(schema.maintenance)).one()
        assert cleaned_before(connection) == AT + 1
    assert (note.kind, note.ended_at) == ("cleanup", 7)
    assert json.loads(note.detail)["predictions"] == 1


def test_hours_and_failures_go_while_days_and_totals_stay(engine: Engine) -> None:
    failure = Failure("f", "lotofacil", "v1", "model", AT, None, "timeout")
    write_failures(engine, [failure, failure._replace(key="g", failed_at=AT + 2 * HOUR)])
    cleanup(engine, before=AT + HOUR, now=7)
    with reading(engine) as connection:
        hours = held.read_cells(connection, schema.hour_rollups)
        days = held.read_cells(connection, schema.day_rollups)
        left = connection.execute(select(func.count()).select_from(schema.failures)).scalar()
    assert (sum(hours.values()), sum(days.values()), left) == (1, 2, 1)
    assert total(engine, "failures") == 2
    assert verify(engine, KNOWN_GAMES).differences == ()
