"""Scores, totals and evidence of draws, worked out by hand."""

import json

import pytest
from sqlalchemy import Connection, Engine, select

from exporter.domain.moments import HOUR
from exporter.storage import evidence, schema
from exporter.storage.engine import reading
from tests.storage import reading as held
from tests.storage.records import FIRST, LAST, draw_time, record, scored, store, ticket, total

AT = draw_time(100) - HOUR


def row(engine: Engine, number: int = 100, version: str = "v1") -> object:
    with reading(engine) as connection:
        return held.read_scores(connection)[("lotofacil", version), number]


def test_a_draw_is_kept_as_sums(engine: Engine) -> None:
    wide = ticket("b", AT, numbers=range(6, 26))
    store(engine, ticket("a", AT), wide)
    record(engine, 100, LAST)
    kept = row(engine)
    numbers_held, histogram, claims = held.read_parts(kept)
    assert histogram == {(15, 5): 1, (20, 15): 1}
    assert numbers_held == [1] * 5 + [2] * 10 + [1] * 10
    assert claims == {12: [2, 35, 35 * 600_000, 35 * 360_000, 20, 20 * 600_000]}
    assert total(engine, "scored", 15 << 8 | 5) == 1
    assert total(engine, "held_squared") == 15 + 4 * 10


def test_models_are_scored_apart(engine: Engine) -> None:
    store(engine, ticket("a", AT), ticket("b", AT, version="v2", numbers=LAST))
    record(engine, 100, LAST)
    assert scored(engine, "v1") == {100: (1, 5, 0)}
    assert scored(engine, "v2") == {100: (1, 15, 0)}


def test_a_late_arrival_adds_to_the_score(engine: Engine) -> None:
    store(engine, ticket("a", AT))
    record(engine, 100, LAST)
    store(engine, ticket("b", AT, numbers=LAST), ticket("late", draw_time(100) + 1, 100))
    assert scored(engine) == {100: (2, 20, 1)}
    assert total(engine, "hits_squared") == 20 * 20


def test_late_arrivals_of_many_draws_are_replayed_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed: list[int] = []
    renew = evidence.renew

    def counted(connection: Connection, model: int) -> None:
        replayed.append(model)
        renew(connection, model)

    for number in range(100, 110):
        record(engine, number, LAST)
    monkeypatch.setattr(evidence, "renew", counted)
    store(engine, *(ticket(f"k{n}", AT, n) for n in range(100, 110)))
    with reading(engine) as connection:
        (state,) = evidence.states(connection).values()
    assert state.draws == 10
    assert len(replayed) == 1


@pytest.mark.parametrize("first", [1, 20_000])
def test_more_rows_than_are_fetched_at_once(
    engine: Engine, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.storage.scores._FETCH", 7)
    store(engine, *(ticket(f"{first}-{n}", AT, version=f"v{n % 3}") for n in range(50)))
    record(engine, 100, FIRST)
    assert [scored(engine, f"v{k}")[100] for k in range(3)] == [
        (17, 255, 0),
        (17, 255, 0),
        (16, 240, 0),
    ]


def evidence_of(engine: Engine) -> dict[str, object]:
    with reading(engine) as connection:
        state: dict[str, object] = held.read_evidence(connection, schema.evidence)[
            "lotofacil", "v1"
        ]
    return state


def test_evidence_does_not_depend_on_the_order_of_results(engine: Engine) -> None:
    for number in (100, 101, 102):
        store(engine, ticket(str(number), draw_time(number) - HOUR, number))
    for number in (102, 100, 101):
        record(engine, number, LAST if number == 100 else FIRST)
    shuffled = evidence_of(engine)
    record(engine, 101, LAST)
    assert evidence_of(engine) != shuffled
    record(engine, 101, FIRST)
    assert evidence_of(engine) == shuffled
    with reading(engine) as connection:
        s = schema.draw_scores.c
        texts = connection.execute(select(s.factors).order_by(s.drawn_at)).scalars()
        factors = [json.loads(text)[1] for text in texts]
    sums = [sum(parts) for parts in zip(*factors, strict=True)]
    better = shuffled["better"]
    assert isinstance(better, dict)
    assert better["log_e"] == pytest.approx(sums)
