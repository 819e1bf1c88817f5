"""Predictions whose key came before with another body: each of these bodies is kept."""

import json
from collections.abc import Iterable

from sqlalchemy import Engine, select

from exporter.domain.predictions import MOMENT, Failure, Prediction
from exporter.storage import quarantine, schema
from exporter.storage.engine import reading
from tests.recording.destinations import handover
from tests.storage.records import FIRST, LAST, ticket


def deliver(engine: Engine, *records: Prediction | Failure) -> None:
    handover(engine).deliver(records)


def bodies(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(connection.execute(select(schema.quarantine.c.body)).scalars())


def test_every_body_but_the_stored_one_is_kept_once(engine: Engine) -> None:
    def made(numbers: Iterable[int]) -> Prediction:
        return ticket("k", 1, numbers=numbers)._replace(filled=MOMENT)

    stored, lost, third = made(FIRST), made(LAST), made(range(2, 17))
    for _ in range(2):
        deliver(engine, stored, lost, third, stored, lost._replace(predicted_at=2))
    kept = bodies(engine)
    assert len(kept) == 2
    assert sorted(json.loads(body)["numbers"] for body in kept) == [list(range(2, 17)), list(LAST)]
    with reading(engine) as connection:
        bits = connection.execute(select(schema.predictions.c.numbers)).scalars().all()
    assert bits == [stored.numbers]


def test_a_failure_under_a_used_key_is_kept_too(engine: Engine) -> None:
    """From two spools at once: neither could know of the other."""
    stored = Failure("k", "lotofacil", "v1", "model", 5, None, "no memory")
    lost = stored._replace(error="no disk")
    for _ in range(2):
        deliver(engine, stored, lost, stored._replace(failed_at=7), lost)
    (kept,) = bodies(engine)
    assert "no disk" in kept
    with reading(engine) as connection:
        assert quarantine.waiting(connection) == {("lotofacil", "prediction"): 1}
        (error,) = connection.execute(select(schema.failures.c.error)).scalars()
    assert error == "no memory"


def test_long_keys_that_begin_alike_are_kept_apart(engine: Engine) -> None:
    keys = [f"{'a' * 127}{end}" for end in "xy"]
    deliver(engine, *(ticket(key, 1) for key in keys))
    deliver(engine, *(ticket(key, 1, numbers=LAST) for key in keys))
    assert len(bodies(engine)) == 2
