from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.seeding import seeded_engine


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Forty draws with tickets of three model versions; not to be written to."""
    folder: Path = tmp_path_factory.mktemp("seeded")
    engine = seeded_engine(f"sqlite:///{folder / 'metrics.db'}", draw_count=40)
    yield engine
    engine.dispose()
