"""What a batch has to look up: the draws its predictions are for, and no others."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Row, event

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import DAY, HOUR, to_micros
from exporter.storage import draws, ticket_draws
from exporter.storage.scores import Draw
from exporter.storage.verification import verify
from tests.storage.records import draw_time, record, scored, store, ticket

#: Draws 100 to 159, day after day (Sundays too: a number's window opens at the one before).
DRAWS = range(100, 160)
STRAY = to_micros(datetime(1990, 1, 1, tzinfo=UTC))


@pytest.fixture
def history(engine: Engine) -> Engine:
    for number in DRAWS:
        record(engine, number)
    return engine


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The numbers of the draws that were fetched to be held against predictions."""
    numbers: set[int] = set()
    load = draws.load

    def noting(row: Row[Any]) -> Draw:
        numbers.add(row.number)
        return load(row)

    monkeypatch.setattr(ticket_draws, "load", noting)
    return numbers


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Those that read draws."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        if "FROM draws" in given[2]:
            seen.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_stray_old_moment_does_not_load_every_draw(history: Engine, loaded: set[int]) -> None:
    newest = draw_time(DRAWS[-1])
    store(history, ticket("stray", STRAY), ticket("now", newest + HOUR))
    assert loaded == {100}  # the first one after the stray, which is not for it
    store(history, ticket("older", STRAY - DAY), ticket("last", newest - HOUR))
    assert loaded == {100, 159}
    assert scored(history) == {159: (1, 5, 0)}


def test_named_draws_load_nothing_between_them(history: Engine, loaded: set[int]) -> None:
    named = [ticket(str(n), STRAY, n) for n in (102, 159, 5_000)]
    store(history, *named, ticket("open", STRAY))
    assert loaded == {100, 102, 159}
    assert scored(history) == {102: (1, 5, 0), 159: (1, 5, 0)}


def test_late_moments_far_apart_find_each_its_own_draw(history: Engine, loaded: set[int]) -> None:
    late = [ticket(str(n), draw_time(n) - HOUR) for n in (101, 120, 121, 158)]
    store(history, ticket("stray", STRAY), *late, ticket("ahead", draw_time(400)))
    assert scored(history) == dict.fromkeys((101, 120, 121, 158), (1, 5, 0))
    assert loaded == {100, 101, 120, 121, 158}
    assert verify(history, KNOWN_GAMES).differences == ()


def test_a_usual_batch_asks_once(history: Engine) -> None:
    with statements(history) as asked:
        store(history, *(ticket(str(n), draw_time(160) - n) for n in range(2000)))
        assert len(asked) == 1
        store(history, *(ticket(f"named {n}", draw_time(160) - n, 160) for n in range(2000)))
        assert len(asked) == 2


def test_many_named_draws_are_asked_for_some_hundred_at_a_time(
    history: Engine, loaded: set[int]
) -> None:
    with statements(history) as asked:
        store(history, *(ticket(str(n), STRAY, n) for n in range(1, 1101)))
    tries = 1 if history.dialect.name == "sqlite" else 2  # again under the stronger lock
    assert len(asked) == 3 * tries
    assert loaded == set(DRAWS)
    assert len(scored(history)) == len(DRAWS)
