"""What is measured with: seeded predictions, and applications in folders of their own."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exporter.app import Application, build
from exporter.config import load_settings

SEED = 20240131
DRAW = 3500


def predictions(count: int, *, draw: int | None = DRAW, versions: int = 1) -> list[dict[str, Any]]:
    """Mappings as a caller would pass them."""
    chance = random.Random(SEED)
    return [
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


@contextmanager
def application(**settings: Any) -> Iterator[Application]:
    """An application on a new database, SQLite unless the settings say otherwise."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder)
        given = {"DATABASE_URL": f"sqlite:///{path / 'metrics.db'}", "LOTOFACIL_DATA_DIR": path}
        app = build(load_settings(given | settings))
        try:
            yield app
        finally:
            app.close()
