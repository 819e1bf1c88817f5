"""Recorded draws of one game, as programs go on from them."""

from sqlalchemy import Engine

from exporter.storage.engine import reading
from exporter.storage.read_draws import last_number, recorded_draws
from tests.storage.records import FIRST, LAST, bits, draw_time, record


def test_draws_are_found_by_their_number(engine: Engine) -> None:
    record(engine, 101, FIRST)
    record(engine, 100, LAST)
    with reading(engine) as connection:
        found = recorded_draws(connection, "lotofacil")
        assert last_number(connection, "lotofacil") == 101
    assert list(found.items()) == [
        (100, (draw_time(100), bits(LAST))),
        (101, (draw_time(101), bits(FIRST))),
    ]


def test_a_game_without_draws_has_none(engine: Engine) -> None:
    record(engine, 100)
    with reading(engine) as connection:
        assert last_number(connection, "quina") is None
        assert recorded_draws(connection, "quina") == {}
