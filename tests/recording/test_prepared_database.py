"""A database whose line breaks off at any moment is away, and nothing else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from exporter.recording.destination import DestinationAway
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.cancelling import sever
from tests.databases import opened

pytestmark = pytest.mark.integration


@pytest.fixture(params=["postgres_url", "mariadb_url"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """With one connection in its pool."""
    with opened(request.getfixturevalue(request.param)) as engine:
        assert PreparedDatabase(engine).answers()
        yield engine


def cut(engine: Engine, when: str) -> None:
    """Has the line of each connection break off as it is made, or once it was taken."""
    event.listen(engine, when, lambda driver, *_: sever(engine.dialect, driver))


def read(database: PreparedDatabase) -> None:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")


@pytest.mark.parametrize("when", ["connect", "checkout"])
def test_a_line_that_breaks_off_is_an_outage(engine: Engine, when: str) -> None:
    database = PreparedDatabase(engine)
    engine.dispose()
    cut(engine, when)
    assert not database.answers()
    with pytest.raises(DestinationAway):
        read(database)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
