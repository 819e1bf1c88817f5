"""What none of the next draws decides is not waited for, and stands for nothing that is missing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import Games
from exporter.domain.moments import DAY, HOUR
from exporter.storage import snapshot
from exporter.storage.engine import reading
from tests.databases import opened
from tests.storage.records import MONDAY, draw_time, record, store, ticket

#: Tuesday noon: draw 100 is over, 101 is that evening's, and the horizon is Wednesday's.
NOW = MONDAY + 13 * HOUR
YEARS_AWAY = MONDAY + 75 * 365 * DAY


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    with opened(migrated_url) as made:
        yield made


def pending(engine: Engine, games: Games = KNOWN_GAMES, now: int = NOW) -> dict[str, int]:
    with reading(engine) as connection:
        read = snapshot.read(connection, now, games)
    return {model.version: read.totals[model.id].pending for model in read.models}


def test_a_ticket_of_a_far_day_or_draw_is_not_waited_for(engine: Engine) -> None:
    store(engine, ticket("past", MONDAY - HOUR), ticket("today", NOW), ticket("day", YEARS_AWAY))
    assert pending(engine) == {"v1": 2}
    record(engine, 100)
    store(engine, ticket("draw", NOW, 9_999), ticket("other", NOW, 9_999, version="v2"))
    assert pending(engine) == {"v1": 1, "v2": 0}
    record(engine, 101)
    assert pending(engine, now=draw_time(101) + HOUR) == {"v1": 0, "v2": 0}


def test_one_of_the_next_draws_is_waited_for_whatever_its_moment(engine: Engine) -> None:
    record(engine, 100)
    named = [ticket(str(draw), NOW, draw) for draw in range(101, 110)]
    store(engine, *named, ticket("dated", YEARS_AWAY, 102))
    # Scheduled are 101 and 102, and one more may be held.
    assert pending(engine) == {"v1": 4}


def test_it_is_waited_for_as_soon_as_its_draw_is_near(engine: Engine) -> None:
    record(engine, 100)
    store(engine, ticket("a", NOW, 105))
    assert pending(engine) == {"v1": 0}
    assert pending(engine, now=NOW + 3 * DAY) == {"v1": 1}
    record(engine, 105)
    assert pending(engine, now=NOW + 5 * DAY) == {"v1": 0}


def test_a_draw_of_a_wrong_number_takes_nothing_off(engine: Engine) -> None:
    record(engine, 5_000, at=draw_time(100) - 7 * DAY)
    record(engine, 100)
    store(engine, ticket("a", MONDAY - 8 * DAY, 5_000), ticket("b", NOW))
    assert pending(engine) == {"v1": 1}


def test_a_game_that_is_known_no_more_is_left_as_it_is(engine: Engine) -> None:
    record(engine, 100)
    store(engine, ticket("day", YEARS_AWAY), ticket("draw", NOW, 9_999))
    assert pending(engine, Games([])) == {"v1": 2}
