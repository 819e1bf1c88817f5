"""What is measured with: seeded predictions, and applications in folders of their own."""

import gc
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from exporter.app import Application, build, now_micros
from exporter.config import load_settings
from exporter.domain.moments import to_micros

SEED = 20240131
DRAW = 3500
#: Any fifteen numbers.
DRAWN = [*range(1, 26, 2), 2, 4]
#: When the clock of what is measured starts: midnight of a Tuesday in São Paulo.
_START = datetime(2024, 1, 2, 3, tzinfo=UTC)
_BEHIND = now_micros() - to_micros(_START)


def now() -> int:
    """A clock that runs as the machine's does, hours before the draws."""
    return now_micros() - _BEHIND


def day_of_draw(number: int) -> datetime:
    """Moments later that day, so that what is recorded now is recorded in time."""
    return _START + timedelta(hours=12, seconds=number)


def predictions(count: int, *, draw: int | None = DRAW, versions: int = 1) -> list[dict[str, Any]]:
    """Mappings as a caller would pass them."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    made = [
        {
            "game_type": "lotofacil",
            "numbers": chance.sample(range(1, 26), 15),
            "confidence": round(chance.uniform(0.5, 0.9), 2),
            "model_version": f"v{index % versions}",
            "draw_number": draw,
            "latency": round(chance.expovariate(20), 4),
        }
        for index in range(count)
    ]
    gc.collect()
    gc.freeze()  # whoever holds many objects pays for it in every full collection: not ours
    return made


@contextmanager
def application(**settings: Any) -> Iterator[Application]:
    """An application on a new database, SQLite unless the settings say otherwise."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder)
        given: dict[str, Any] = {
            "DATABASE_URL": f"sqlite:///{path / 'metrics.db'}",
            "LOTOFACIL_DATA_DIR": path,
        }
        app = build(load_settings(given | settings), now)
        try:
            yield app
        finally:
            app.close()


def record_draws(app: Application, count: int, draws: int = 5) -> None:
    """So many predictions on some draws with results, whose series are the same for any count."""
    share = predictions(min(count // draws, 20_000), draw=None, versions=3)
    for number in range(1, draws + 1):
        for one in share:
            one["draw_number"] = number
        left = count // draws
        while left > 0:
            app.metrics.record_predictions(share[:left])
            left -= len(share)
        app.tracker.record_result("lotofacil", number, DRAWN, day_of_draw(number))
