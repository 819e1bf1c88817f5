from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import build
from exporter.config import load_settings
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL, LOTOMANIA
from exporter.domain.games import Game
from exporter.operating.simulation import other_draw, simulated_draws
from exporter.recording.destination import DestinationAway
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.engine import create_engine_for

DRAWS = simulated_draws(LOTOFACIL, 20, seed=7)


@pytest.mark.parametrize("game", KNOWN_GAMES.values(), ids=KNOWN_GAMES)
def test_simulated_draws_are_on_draw_days_and_repeat(game: Game) -> None:
    found = simulated_draws(game, 20, seed=7)
    assert simulated_draws(game, 20, seed=7) == found
    assert [draw.number for draw in found] == list(range(1, 21))
    assert all(game.calendar.scheduled(draw.day) for draw in found)
    assert found[-1].day < datetime.now(UTC).date()


def test_draws_of_another_origin_are_found(database_url: str, tmp_path: Path) -> None:
    application = build(
        load_settings({"DATABASE_URL": database_url, "LOTOFACIL_DATA_DIR": tmp_path})
    )
    database, tracker = application.database, application.tracker
    found = simulated_draws(LOTOMANIA, 3, seed=1)
    assert other_draw(database, LOTOMANIA, found) is None
    for draw in found[:2]:
        tracker.record_result("lotomania", draw.number, draw.numbers, draw.day, strict=True)
    assert other_draw(database, LOTOMANIA, found) is None
    assert other_draw(database, LOTOMANIA, simulated_draws(LOTOMANIA, 3, seed=2)) == 1
    assert other_draw(database, LOTOMANIA, [replace(d, number=d.number + 1) for d in found]) == 1
    assert other_draw(database, LOTOFACIL, DRAWS) is None
    application.close()


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path}/none/at/all.db")
    with pytest.raises(DestinationAway, match="database: "):
        other_draw(PreparedDatabase(engine), LOTOFACIL, DRAWS)
    engine.dispose()
