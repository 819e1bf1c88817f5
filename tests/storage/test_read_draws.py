"""Recorded draws of one game: page by page, and as programs go on from them."""

from sqlalchemy import Engine

from exporter.storage.engine import reading
from exporter.storage.read_draws import last_number, read_draws, recorded_draws
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


def test_pages_go_on_below_the_last_draw_by_moment_then_number(engine: Engine) -> None:
    moments = {100: 3, 101: 1, 102: 2, 103: 3, 104: 2}
    for number, day in moments.items():
        record(engine, number, at=draw_time(100 + day))
    numbers: list[int] = []
    before = None
    with reading(engine) as connection:
        while page := read_draws(connection, ["lotofacil"], None, before, 2):
            numbers += [row.number for row in page]
            before = page[-1].key
    assert numbers == [103, 100, 104, 102, 101]
