"""Lists and filters that read raw rows, on every engine and for pools above 63 numbers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.moments import DAY, HOUR, from_micros
from exporter.domain.periods import Period
from exporter.domain.queries import FiguresQuery, GroupBy, MetricType, PageQuery, Selection
from exporter.figures.listings import Listings
from exporter.figures.metrics_query import MetricsReader
from exporter.figures.system import SystemReader
from tests.history import NOW

GAMES = {"lotofacil": (range(1, 26), 15, 15), "lotomania": (range(100), 50, 20)}
DRAWN = from_micros(NOW - 13 * HOUR)  # at 20:00 there, the evening before
PERIOD = Period(NOW - 2 * DAY, NOW)


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = {"DATABASE_URL": database_url, "LOTOFACIL_DATA_DIR": tmp_path}
    built = build(load_settings(settings), lambda: NOW)
    built.metrics.record_predictions(tickets())
    for game, (pool, _, drawn) in GAMES.items():
        winning = sorted(Random(game).sample(pool, drawn))
        built.tracker.record_result(game, 10, winning, DRAWN, strict=True)
    yield built
    built.close()


def tickets() -> list[dict[str, Any]]:
    random = Random(3)
    return [
        {
            "game_type": game,
            "numbers": sorted(random.sample(pool, size)),
            "model_version": "v1",
            "confidence": random.choice((0.5, 0.6, 0.7)),
            "latency": random.choice((0.01, 0.2)),
            "draw_number": random.choice((10, None)),
            "predicted_at": from_micros(NOW - random.randrange(14, 17) * HOUR).isoformat(),
        }
        for game, (pool, size, _) in GAMES.items()
        for _ in range(20)
    ]


def test_raw_rows_give_the_figures_that_roll_ups_give(application: Application) -> None:
    every = [answer(application, Selection()), answer(application, Selection(confidence_min=0))]
    for kind in (MetricType.PERFORMANCE, MetricType.PREDICTIONS):
        rolled_up, raw = (getattr(data, kind.value) for data in every)
        assert rolled_up.groups == raw.groups
        assert rolled_up.groups
    rolled_up, raw = (data.accuracy for data in every)
    assert [hits(group) for group in rolled_up.groups] == [hits(group) for group in raw.groups]
    assert rolled_up.total.hits_sd == raw.total.hits_sd > 0


@pytest.mark.parametrize(("least", "most"), [(600_000, None), (None, 500_000), (600_000, 600_000)])
def test_a_filter_on_confidence_counts_what_it_says(
    application: Application, least: int | None, most: int | None
) -> None:
    data = answer(application, Selection(confidence_min=least, confidence_max=most))
    expected = [
        ticket
        for ticket in tickets()
        if (least or 0) <= ticket["confidence"] * 1_000_000 <= (most or 1_000_000)
    ]
    assert data.predictions.total.volume == data.accuracy.total.predictions == len(expected)
    for game, numbers in data.predictions.total.numbers.items():
        held = {one.number: one.tickets for one in numbers}
        of_game = [t["numbers"] for t in expected if t["game_type"] == game]
        assert held == {k: sum(k in numbers for numbers in of_game) for k in GAMES[game][0]}


def test_pages_show_hits_beside_the_draw(application: Application) -> None:
    listings = Listings(application.database, application.games)
    page = listings.predictions(PageQuery(limit=25))
    rest = listings.predictions(PageQuery(limit=25, before=page.next_before))
    entries = [*page.entries, *rest.entries]
    assert (len(entries), rest.next_before) == (40, None)
    for entry in entries:
        shared = set(entry.numbers) & set(entry.winning_numbers or ())
        assert (entry.status, entry.draw_number, entry.hits) == ("scored", 10, len(shared))


def test_draws_and_models_are_listed(application: Application) -> None:
    listings = Listings(application.database, application.games)
    draws = listings.draws(PageQuery(limit=10)).entries
    assert {draw.game for draw in draws} == set(GAMES)
    assert [draw.models[0].tickets for draw in draws] == [20, 20]
    models = listings.models(Selection(game="lotomania"))
    assert [(m.game, m.model_version, m.predictions) for m in models] == [("lotomania", "v1", 20)]


def answer(application: Application, selection: Selection) -> Any:
    system = SystemReader(dict, application.resources, NOW)
    reader = MetricsReader(application.database, application.games, system, lambda: NOW)
    by = (GroupBy.HOUR, GroupBy.GAME)
    query = FiguresQuery(PERIOD, "UTC", tuple(MetricType), by, selection)
    return reader.metrics(query).data


def hits(group: Any) -> tuple[Any, ...]:
    return group.group, group.figures.hits, group.figures.numbers_played, group.figures.draws


def test_of_two_draws_at_one_moment_a_list_names_the_one_that_scored(
    application: Application,
) -> None:
    day = from_micros(NOW - 30 * DAY).date()
    made = [f"{day}T12:00:00Z", f"{day + timedelta(days=1)}T12:00:00Z"]  # before and after it
    for moment in made:
        application.metrics.record_prediction("lotofacil", list(range(1, 16)), predicted_at=moment)
    application.metrics.flush()
    for number in (8, 6):  # the later number first, as it lies in the table
        application.tracker.record_result("lotofacil", number, list(range(11, 26)), day)
    page = Listings(application.database, application.games).predictions(PageQuery(limit=2))
    listed = [(entry.status, entry.draw_number, entry.hits) for entry in page.entries]
    assert listed == [("pending", None, None), ("scored", 6, 5)]
