"""A game given only by its definition in a file, with more than 63 numbers, through every room.

Its tickets hold 10 numbers and 7 are drawn, so a ticket's size is not the draw's.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from exporter.app import Application, build, build_dashboard, build_exposition, build_web
from exporter.config import Settings, load_settings
from exporter.domain.fates import Fate
from exporter.domain.moments import from_micros, to_micros
from exporter.serving.http_instruments import HttpInstruments
from tests.games import TIMEMANIA

TICKET = [1, 2, 3, 4, 62, 63, 64, 65, 79, 80]
DRAWN = [3, 63, 64, 65, 80, 10, 20]
HITS = len(set(TICKET) & set(DRAWN))
BEFORE = to_micros(datetime(2024, 1, 30, 15, 0, tzinfo=UTC))  # a Tuesday: drawn at 20:00 there
AFTER = to_micros(datetime(2024, 1, 31, 2, 0, tzinfo=UTC))
DRAW_DAY = date(2024, 1, 30)
LABELS = 'game="timemania",model_version="v1",role="model"'


@pytest.fixture
def app(migrated_url: str, tmp_path: Path) -> Iterator[Application]:
    made = build(settings_of(migrated_url, tmp_path), lambda: AFTER)
    yield made
    made.close()


def settings_of(url: str, folder: Path, *, with_games: bool = True) -> Settings:
    file = folder / "games.yml"
    file.write_text(TIMEMANIA, "utf-8")
    games = {"LOTOFACIL_GAMES_FILE": file} if with_games else {}
    return load_settings({"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder, **games})


def record(app: Application) -> None:
    at = from_micros(BEFORE)
    for _ in range(2):
        app.metrics.record_prediction(
            "timemania", TICKET, 7 / 80, "v1", predicted_at=at, strict=True
        )
    recorded = app.tracker.record_result("timemania", 2050, DRAWN, DRAW_DAY, strict=True)
    assert recorded is Fate.NEW


def page(app: Application) -> str:
    assert app.metrics.flush()
    assert not app.snapshots.take().error
    return build_exposition(app, HttpInstruments()).render()[0].decode()


def figures(app: Application) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in page(app).splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_it_is_recorded_scored_and_exposed(app: Application) -> None:
    record(app)
    seen = figures(app)
    window = f'{{{LABELS},window="all"}}'
    assert seen[f"lotofacil_window_hits{window}"] == 2 * HITS
    assert seen[f"lotofacil_window_numbers_played{window}"] == 20
    assert seen[f"lotofacil_window_expected_hits{window}"] == pytest.approx(20 * 7 / 80)


def test_its_money_follows_its_prices(app: Application) -> None:
    record(app)
    seen = figures(app)
    cost = [v for name, v in seen.items() if "cost" in name and "timemania" in name]
    assert 7.0 in cost  # two bets of R$ 3.50


def data(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return (answer.json or {})["data"]


def test_it_has_figures_over_rest_and_a_page(app: Application) -> None:
    record(app)
    page(app)
    client = build_web(app).test_client()
    query = "filter_game_type=timemania&time_range=all"
    total = data(client, f"/api/metrics?types=accuracy&{query}")["accuracy"]["total"]
    assert total["accuracy"] == pytest.approx(HITS / 10)
    assert total["chance"] == pytest.approx(7 / 80)
    assert data(client, f"/api/predictions?{query}")["items"][0]["numbers"] == TICKET
    assert "Timemania" in client.get("/dashboard?game=timemania").text
    assert "Timemania" in str(build_dashboard(app).generate_daily_report())


def test_wrong_tickets_are_refused_by_its_rules(app: Application) -> None:
    with pytest.raises(ValueError, match="7 given, timemania takes 10"):
        app.metrics.record_prediction("timemania", DRAWN, strict=True)
    with pytest.raises(ValueError, match="10 given, timemania takes 7"):
        app.tracker.record_result("timemania", 2050, TICKET, DRAW_DAY, strict=True)


def test_without_its_definition_the_rest_goes_on(
    app: Application, migrated_url: str, tmp_path: Path
) -> None:
    """Its records stay; they are shown again when the definition is back."""
    record(app)
    page(app)
    without = build(settings_of(migrated_url, tmp_path, with_games=False), lambda: AFTER)
    try:
        without.metrics.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1", strict=True)
        assert 'game="lotofacil"' in page(without)
        client = build_web(without).test_client()
        for path in ("/api/metrics?time_range=all", "/api/metrics/summary", "/dashboard"):
            assert client.get(path).status_code == 200, path
        assert str(build_dashboard(without).generate_daily_report())
    finally:
        without.close()
    assert figures(app)[f'lotofacil_window_hits{{{LABELS},window="all"}}'] == 2 * HITS
