"""What a retraining is decided on, on every kind of database."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, insert

from exporter.domain.moments import DAY
from exporter.domain.retraining import Figures
from exporter.domain.statistics.evidence import Evidence
from exporter.figures.recent_figures import current_figures
from exporter.storage.engine import writing
from exporter.storage.identities import game_id, model_of
from exporter.storage.models import promote
from exporter.storage.schema import day_rollups, draw_scores, evidence, totals

GAME = "lotofacil"
#: A moment of the thousandth day since 1970.
NOW = 1000 * DAY + DAY // 2


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as opened:
        yield opened


def score(connection: Connection, model: int, draw: int, tickets: int, hits: int) -> None:
    row: dict[str, object] = dict.fromkeys((c.name for c in draw_scores.columns), 0)
    row |= dict.fromkeys(("held", "histogram", "calibration"), "{}")
    key = {"game_id": game_id(connection, GAME), "model_id": model, "draw_number": draw}
    row |= key
    row |= {"tickets": tickets, "numbers_played": 15 * tickets, "hits": hits}
    connection.execute(insert(draw_scores).values(row))


def called(connection: Connection, model: int, day: int, **cells: int) -> None:
    """What a model's predictor did on a day of 1970 and later."""
    for measure, value in cells.items():
        key = {"model_id": model, "start": day * DAY, "measure": measure, "bucket": 0}
        connection.execute(insert(day_rollups).values(key | {"value": value}))


def test_figures_are_those_of_the_latest_draws_of_the_model_in_use(connection: Connection) -> None:
    assert current_figures(connection, GAME, NOW, 10) == Figures()
    old = model_of(connection, game_id(connection, GAME), "old", "model", 1).id
    score(connection, old, 9, 50, 0)
    model = promote(connection, GAME, "new", "model", 2)
    for draw, (tickets, hits) in enumerate([(5, 75), (6, 54), (0, 0), (4, 36)], 10):
        score(connection, model, draw, tickets, hits)
    state = json.dumps(Evidence().to_dict())
    state_row = {"model_id": model, "last_drawn_at": 0, "state": state}
    connection.execute(insert(evidence).values(state_row))
    figures = current_figures(connection, GAME, NOW, 10)
    assert (figures.model_version, figures.draws, figures.tickets) == ("new", 2, 10)
    assert figures.accuracy == 90 / 150
    assert figures.evidence == 1.0


def test_errors_and_confidence_are_those_of_the_latest_days_that_hold_the_sample(
    connection: Connection,
) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    called(connection, model, 998, predictions=1, failures=999)
    called(connection, model, 999, predictions=50, failures=10, confidence_sum=35_000_000)
    called(connection, model, 999, confidence=50)
    called(connection, model, 1000, predictions=40, confidence=30, confidence_sum=21_000_000)
    lifetime = {"model_id": model, "measure": "failures", "bucket": 0, "value": 5000}
    connection.execute(insert(totals).values(lifetime))
    figures = current_figures(connection, GAME, NOW, 100)
    assert (figures.calls, figures.error_rate) == (100, 0.1)
    assert figures.mean_confidence == 0.7
    assert current_figures(connection, GAME, NOW, 40).error_rate == 0
    assert current_figures(connection, GAME, NOW, 101).calls == 1100
    assert current_figures(connection, GAME, NOW).calls == 1100


def test_without_a_sample_size_the_latest_thirty_days_with_calls_count(
    connection: Connection,
) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    for day in range(900, 932):
        called(connection, model, day, predictions=1)
    assert current_figures(connection, GAME, NOW).calls == 30


def test_calls_of_more_than_a_year_ago_count_no_more(connection: Connection) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    called(connection, model, 635, failures=500)
    assert current_figures(connection, GAME, NOW, 100) == Figures("v1", is_promoted=True)
    assert current_figures(connection, GAME, NOW - DAY, 100).error_rate == 1


def test_unreadable_evidence_is_no_evidence(connection: Connection) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    row = {"model_id": model, "last_drawn_at": 0, "state": '{"of": "another version"}'}
    connection.execute(insert(evidence).values(row))
    assert current_figures(connection, GAME, NOW).evidence is None


def test_a_version_that_was_only_seen_is_not_called_promoted(connection: Connection) -> None:
    model_of(connection, game_id(connection, GAME), "v1", "model", 1)
    assert current_figures(connection, GAME, NOW) == Figures("v1")


def test_a_fresh_version_is_judged_by_nothing_of_the_one_before(connection: Connection) -> None:
    old = promote(connection, GAME, "old", "model", 1)
    score(connection, old, 9, 50, 0)
    called(connection, old, 1000, failures=500)
    promote(connection, GAME, "new", "model", 2)
    assert current_figures(connection, GAME, NOW, 10) == Figures("new", is_promoted=True)
