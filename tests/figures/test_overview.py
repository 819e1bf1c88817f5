import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from exporter.domain.definitions import DEMO, KNOWN_GAMES, LOTOFACIL, SIMULATED
from exporter.domain.games import Game, UnknownGame
from exporter.domain.moments import DAY, HOUR, from_micros, to_micros
from exporter.domain.statistics.baseline import DrawTotals, WindowSums, assess
from exporter.domain.verdicts import Standing, standing_of_evidence
from exporter.figures.overview import OverviewReader, Span, overdue, step_of
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.engine import reading
from exporter.storage.schema import draw_scores, models
from tests.seeding import ARMS, LEAKING, NOW, empty_engine, reader_of, seeded_engine


def test_the_version_in_use_comes_first_and_the_control_arm_last(seeded: Engine) -> None:
    overview = reader_of(seeded).overview()
    assert [model.row.version for model in overview.models] == ["v2.1", "v2.0", "aleatorio"]
    assert overview.current is overview.models[0]
    assert overview.models[2].is_control


def test_windows_are_those_of_the_raw_scores(seeded: Engine) -> None:
    model = reader_of(seeded).overview().models[1]
    columns = draw_scores.c
    query = select(columns.numbers_played, columns.hits, columns.held_squared)
    query = query.where(columns.model_id == model.row.id).order_by(columns.drawn_at)
    with reading(seeded) as connection:
        draws = [DrawTotals(*row) for row in connection.execute(query)]
    assert len(draws) == 40
    for name, last in (("1", 1), ("7", 7), ("30", 30), ("all", 40)):
        assert model.windows[name] == assess(25, 15, WindowSums.of(draws[-last:]))


def test_hits_and_money_add_up(seeded: Engine) -> None:
    model = reader_of(seeded).overview().models[0]
    assert model.scored == 80
    assert sum(hits * n for hits, n in model.hits.items()) == model.windows["all"].hits
    assert sum(model.expected_hits) == pytest.approx(80)
    assert model.money.cost == 80 * 300
    assert sum(model.held_shares) == pytest.approx(15)


def test_the_last_draws_have_the_tickets_of_every_version_but_the_control_arm(
    seeded: Engine,
) -> None:
    draw = reader_of(seeded).overview().draws.recent[0]
    with reading(seeded) as connection:
        rows = connection.execute(
            select(draw_scores, models.c.role)
            .join(models, models.c.id == draw_scores.c.model_id)
            .where(draw_scores.c.draw_number == draw.number)
        ).all()
    counted = [row for row in rows if row.role == "model"]
    assert len(counted) == len(rows) - 1 == 2
    assert draw.tickets == sum(row.tickets for row in counted) == 4
    assert draw.hits == sum(row.hits for row in counted)
    hits = [int(key.partition(":")[2]) for row in counted for key in json.loads(row.histogram)]
    assert draw.best == max(hits)


def test_the_control_arm_is_in_no_total(seeded: Engine) -> None:
    overview = reader_of(seeded).overview(span=Span.MONTH)
    counted = [model for model in overview.models if not model.is_control]
    assert overview.predictions == sum(model.predictions for model in counted)
    made = sum(step.predictions for step in overview.activity.steps)
    assert made == overview.activity.total.calls - overview.activity.total.failures
    assert made < overview.predictions


@pytest.mark.parametrize(("span", "steps"), [(Span.DAY, 24), (Span.WEEK, 28), (Span.MONTH, 31)])
def test_a_span_is_covered_step_by_step(seeded: Engine, span: Span, steps: int) -> None:
    activity = reader_of(seeded).overview(span=span).activity
    assert abs(len(activity.steps) - steps) <= 1
    gaps = {b.start - a.start for a, b in zip(activity.steps, activity.steps[1:], strict=False)}
    assert gaps == {span.step}


def test_days_begin_at_the_games_midnight() -> None:
    noon = to_micros(datetime(2024, 6, 15, 12, tzinfo=UTC))
    midnight = to_micros(datetime(2024, 6, 15, 3, tzinfo=UTC))
    assert step_of(LOTOFACIL, noon, DAY) == midnight
    assert step_of(LOTOFACIL, midnight - 1, DAY) == midnight - DAY


def test_results_are_overdue_some_hours_after_the_draw() -> None:
    friday = to_micros(datetime(2024, 6, 14, 23, tzinfo=UTC))
    saturday = friday + DAY
    assert overdue(LOTOFACIL, friday, saturday + 5 * HOUR) == 0
    assert overdue(LOTOFACIL, friday, saturday + 7 * HOUR) == 1
    assert overdue(LOTOFACIL, friday, saturday + 24 * HOUR) == 1  # nothing is drawn on Sunday
    assert overdue(LOTOFACIL, friday, saturday + 48 * HOUR + 7 * HOUR) == 2
    assert overdue(LOTOFACIL, friday, friday + 70 * DAY + 7 * HOUR) == 60  # six a week


@pytest.mark.parametrize("game", [SIMULATED, DEMO])
def test_no_result_of_an_invented_game_is_ever_overdue(game: Game) -> None:
    assert overdue(game, NOW, NOW + 70 * DAY) == 0
    assert game.next_due(from_micros(NOW)) is None


def test_a_model_that_knows_the_draw_is_found_out(sqlite_url: str) -> None:
    engine = seeded_engine(sqlite_url, 25, (replace(LEAKING, leak=0.6), *ARMS[2:]))
    standings = [standing_of_evidence(m.evidence) for m in reader_of(engine).overview().models]
    assert standings == [Standing.UNKNOWN, Standing.BETTER, Standing.CHANCE]


def test_an_empty_database_gives_an_empty_overview(sqlite_url: str) -> None:
    overview = reader_of(empty_engine(sqlite_url)).overview()
    assert overview.is_empty
    assert overview.current is None
    assert overview.games == ["lotofacil"]


def test_an_unknown_game_is_refused(seeded: Engine) -> None:
    with pytest.raises(UnknownGame):
        reader_of(seeded).overview("bingo")


def test_an_overview_is_kept_for_some_seconds(seeded: Engine) -> None:
    reader = OverviewReader(PreparedDatabase(seeded), KNOWN_GAMES, lambda: NOW, keep_seconds=60)
    assert reader.overview() is reader.overview()
    assert reader.overview() is not reader.overview(span=Span.WEEK)


@pytest.mark.integration
def test_it_reads_the_same_on_every_engine(database_url: str) -> None:
    engine = seeded_engine(database_url, draw_count=6)
    overview = reader_of(engine).overview()
    engine.dispose()
    assert overview.models[0].windows["all"].draws == 6
    assert overview.activity.total.calls == 67
    assert timedelta(microseconds=overview.at - NOW) == timedelta()
