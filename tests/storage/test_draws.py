"""Results: matched to predictions, late, out of order, corrected, closed."""

import json

import pytest
from sqlalchemy import Engine, select

from exporter.domain.fates import Fate
from exporter.domain.moments import DAY, HOUR
from exporter.storage import draws, retention, schema
from exporter.storage.draws import DrawIsClosed
from exporter.storage.engine import reading, writing
from exporter.storage.identities import game_id
from tests.storage.records import FIRST, LAST, draw_time, record, scored, store, ticket, total


def test_an_open_prediction_is_for_the_first_draw_at_or_after_it(engine: Engine) -> None:
    at = draw_time(101)
    store(engine, ticket("at", at), ticket("past", at + 1), ticket("before", at - DAY + 1))
    for number in (100, 101, 102):
        record(engine, number)
    assert scored(engine) == {101: (2, 10, 0), 102: (1, 5, 0)}


def test_a_prediction_after_its_draw_is_kept_and_never_counts(engine: Engine) -> None:
    store(engine, ticket("late", draw_time(100) + 1, 100))
    record(engine, 100)
    assert scored(engine) == {100: (0, 0, 1)}
    assert total(engine, "ineligible") == 1
    assert total(engine, "hits") == 0


@pytest.mark.parametrize("order", [(100, 101, 102), (102, 101, 100), (101, 102, 100)])
def test_the_order_of_results_changes_nothing(engine: Engine, order: tuple[int, ...]) -> None:
    store(engine, *(ticket(f"{n}", draw_time(n) - HOUR) for n in (100, 101, 102)))
    for number in order:
        record(engine, number)
    assert scored(engine) == dict.fromkeys((100, 101, 102), (1, 5, 0))


def test_a_missing_draw_keeps_its_predictions_waiting(engine: Engine) -> None:
    store(engine, ticket("for 101", draw_time(101) - HOUR))
    record(engine, 100)
    record(engine, 102)
    assert scored(engine) == {}
    assert missing(engine) == 1
    record(engine, 101)
    assert scored(engine) == {101: (1, 5, 0)}
    assert missing(engine) == 0


def missing(engine: Engine) -> int:
    with writing(engine) as connection:
        return draws.missing(connection, game_id(connection, "lotofacil"))


def test_a_correction_of_numbers_is_kept_and_followed(engine: Engine) -> None:
    store(engine, ticket("a", draw_time(100)))
    record(engine, 100, LAST)
    assert record(engine, 100, FIRST, by="ana") is Fate.CORRECTED
    assert record(engine, 100, FIRST) is Fate.REPEATED
    assert scored(engine) == {100: (1, 15, 0)}
    assert total(engine, "hits") == 15
    with reading(engine) as connection:
        kept = connection.execute(select(schema.draw_corrections)).one()
    assert kept.corrected_by == "ana"
    assert json.loads(kept.before) != json.loads(kept.after)


def test_a_repetition_that_is_delivered_again_corrects_nothing_back(engine: Engine) -> None:
    """It left no row when it came first; only that it is older than the correction shows it."""
    told = [(LAST, 10), (LAST, 11), (FIRST, 12)]
    first = [record(engine, 100, numbers, now=now) for numbers, now in told]
    assert first == [Fate.NEW, Fate.REPEATED, Fate.CORRECTED]
    again = [record(engine, 100, numbers, now=now) for numbers, now in told]
    assert again == [Fate.REPEATED] * 3
    assert record(engine, 100, LAST, now=13) is Fate.CORRECTED  # somebody means it
    assert record(engine, 100, FIRST, now=12) is Fate.REPEATED


def test_a_correction_by_a_slow_clock_is_one_and_stays(engine: Engine) -> None:
    assert record(engine, 100, LAST, now=10) is Fate.NEW
    assert record(engine, 100, FIRST, now=5) is Fate.CORRECTED
    told = [(LAST, 10), (LAST, 7), (FIRST, 5)]
    again = [record(engine, 100, numbers, now=now) for numbers, now in told]
    assert again == [Fate.REPEATED] * 3
    assert record(engine, 100, FIRST) is Fate.REPEATED


def test_what_a_closed_draw_was_told_before_is_no_correction_of_it(engine: Engine) -> None:
    store(engine, ticket("a", draw_time(100) - HOUR))
    for numbers, now in ((LAST, 10), (LAST, 11), (FIRST, 12)):
        record(engine, 100, numbers, now=now)
    assert retention.cleanup(engine, before=draw_time(100), now=0) == 1
    assert record(engine, 100, LAST, now=11) is Fate.REPEATED


def test_a_corrected_date_moves_predictions_to_the_draw_they_were_for(engine: Engine) -> None:
    store(engine, ticket("a", draw_time(100) + HOUR))
    record(engine, 101)
    assert scored(engine) == {101: (1, 5, 0)}
    record(engine, 100, FIRST, at=draw_time(100) + 2 * HOUR)
    assert scored(engine) == {100: (1, 15, 0)}
    record(engine, 100, FIRST)
    assert scored(engine) == {101: (1, 5, 0)}


def test_of_two_draws_at_one_moment_only_the_lower_number_takes_open_predictions(
    engine: Engine,
) -> None:
    store(engine, ticket("a", draw_time(100) - HOUR))
    record(engine, 105, at=draw_time(100))
    record(engine, 103, at=draw_time(100))
    assert scored(engine) == {103: (1, 5, 0)}


def test_prizes_are_counted_with_larger_tickets(engine: Engine) -> None:
    store(engine, ticket("a", draw_time(100), numbers=range(1, 17)))
    record(engine, 100, FIRST, prizes={14: 100_000, 15: 1_000_000})
    assert total(engine, "cost") == 16 * 300
    assert total(engine, "prizes") == 1_000_000 + 15 * 100_000


def test_a_closed_draw_refuses_corrections_and_takes_late_arrivals(engine: Engine) -> None:
    store(engine, ticket("a", draw_time(100) - HOUR))
    record(engine, 100)
    assert retention.cleanup(engine, before=draw_time(100), now=0) == 1
    with pytest.raises(DrawIsClosed, match="draw_number: 100 is closed: 1 of its predictions"):
        record(engine, 100, FIRST)
    assert record(engine, 100) is Fate.REPEATED
    store(engine, ticket("b", draw_time(100) - HOUR, 100))
    assert scored(engine) == {100: (2, 10, 0)}


def test_a_prediction_beside_cleaned_ones_counts_for_one_draw_only(engine: Engine) -> None:
    """Draw 101 was partly cleaned up when 100, drawn later than planned, took its window."""
    cleaned, left = draw_time(100) + HOUR, draw_time(100) + 2 * HOUR
    store(engine, ticket("cleaned", cleaned), ticket("left", left))
    record(engine, 101)
    assert retention.cleanup(engine, before=cleaned + 1, now=0) == 1
    record(engine, 100, FIRST, at=draw_time(100) + 3 * HOUR)
    assert scored(engine) == {100: (1, 15, 0), 101: (1, 5, 0)}
    assert total(engine, "hits") == 20
    assert retention.cleanup(engine, before=left + 1, now=0) == 1
    assert total(engine, "cleaned") == 2
