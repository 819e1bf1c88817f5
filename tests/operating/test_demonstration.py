from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from exporter.app import Application, build, build_web
from exporter.config import load_settings
from exporter.domain.alerts import AlertRule
from exporter.domain.definitions import DEMO
from exporter.figures.overview import OverviewReader
from exporter.figures.rule_values import Scene
from exporter.operating import demonstration
from exporter.operating.demonstration import FIRST_VERSION, PAST_DRAWS, Feed, clear

LEAD = timedelta(seconds=1)
DAY = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Application]:
    with closing(built(sqlite_url, tmp_path)) as application:
        yield application


def built(url: str, folder: Path) -> Application:
    return build(load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder}))


def started(app: Application) -> Feed:
    feed = Feed(app.metrics, app.tracker, app.database)
    feed.start()
    return feed


def rows(app: Application, query: str) -> list[tuple[object, ...]]:
    with app.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sql(query))]


BY_VERSION = """
    SELECT models.version, models.role, sum(draw_scores.tickets), sum(draw_scores.ineligible)
    FROM draw_scores JOIN models ON models.id = draw_scores.model_id
    GROUP BY models.version, models.role ORDER BY models.version
"""


def test_a_demonstration_begins_with_a_past_and_goes_on(app: Application) -> None:
    feed = started(app)
    feed.play(LEAD)
    tickets = 3 * (PAST_DRAWS + 1)
    assert [(v, r, int(t), int(i)) for v, r, t, i in rows(app, BY_VERSION)] == [  # type: ignore[call-overload]
        ("demo-frequency", "model", tickets, 0),
        ("demo-random", "control", tickets, 0),
        (FIRST_VERSION, "model", tickets, 0),
    ]
    assert rows(app, "SELECT name FROM games") == [("demo",)]


def test_the_first_version_is_worse_than_chance_and_says_it_is_better(app: Application) -> None:
    started(app)
    played = rows(
        app,
        "SELECT sum(hits), sum(numbers_played) FROM draw_scores JOIN models "
        f"ON models.id = draw_scores.model_id WHERE models.version = '{FIRST_VERSION}'",
    )
    hits, numbers = (int(str(value)) for value in played[0])
    assert 0.53 < hits / numbers < 0.58


def test_a_restart_goes_on_where_it_ended(app: Application) -> None:
    started(app)
    started(app).play(LEAD)
    assert rows(app, "SELECT max(number), count(*) FROM draws") == [(PAST_DRAWS + 1,) * 2]


def test_a_version_that_was_promoted_is_played(app: Application) -> None:
    feed = started(app)
    app.metrics.update_model_version("trained", DEMO.name)
    feed.play(LEAD)
    played = rows(
        app,
        "SELECT DISTINCT draw_number FROM predictions JOIN models ON models.id = "
        "predictions.model_id WHERE version = 'trained'",
    )
    assert played == [(PAST_DRAWS + 1,)]


def test_clearing_leaves_nothing_of_it_and_all_of_the_rest(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "PAST_DRAWS", 2)
    with closing(built(database_url, tmp_path)) as app:
        app.metrics.record_prediction("lotofacil", list(range(1, 16)), model_version="mine")
        app.tracker.record_result("lotofacil", 1, list(range(1, 16)), datetime.now(UTC))
        tables = [str(row[0]) for row in rows(app, TABLES[app.engine.dialect.name])]
        before = {table: len(rows(app, f"SELECT * FROM {table}")) for table in tables}
        started(app)
        assert clear(app.database) > 0
        assert {table: len(rows(app, f"SELECT * FROM {table}")) for table in tables} == before
        assert clear(app.database) == 0


def test_real_games_come_before_it_where_none_is_named(app: Application) -> None:
    started(app)
    rule = AlertRule("low", "accuracy", "<", 0.6)
    assert shown(app, rule) == ("demo",) * 3
    app.metrics.record_prediction("quina", [1, 2, 3, 4, 5], draw_number=1, predicted_at=DAY)
    app.metrics.flush()
    app.tracker.record_result("quina", 1, [1, 2, 3, 4, 5], DAY + timedelta(days=1))
    assert shown(app, rule) == ("quina",) * 3


def shown(app: Application, rule: AlertRule) -> tuple[object, ...]:
    """The game of the summary, of the page and of a user's rule."""
    with build_web(app).test_client() as client:
        summary = client.get("/api/metrics/summary").get_json()
    app.snapshots.take()
    reading = app.snapshots.state.reading
    assert reading
    overview = OverviewReader(app.database, app.games, app.now)
    return (
        summary["data"]["accuracy"]["game"],
        overview.overview().game.name,
        Scene.of(rule, reading, app.games).game,
    )


TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "mysql": "SHOW TABLES",
    "mariadb": "SHOW TABLES",
}
