"""Readings go on after whatever befalls the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from exporter.domain.definitions import KNOWN_GAMES
from exporter.figures.snapshots import Snapshots
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage import migrate
from exporter.storage.engine import writing
from tests.databases import migrated, opened
from tests.seeding import NOW
from tests.servers.waiting import wait_until
from tests.storage.records import draw_time, store, ticket


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of this test's own: other tests share theirs, and need its schema."""
    with opened(migrated(database_url)) as made:
        yield made


@contextmanager
def running(engine: Engine, now: Callable[[], int] = lambda: NOW) -> Iterator[Snapshots]:
    snapshots = Snapshots(PreparedDatabase(engine), KNOWN_GAMES, now, refresh=0.01)
    snapshots.repeater.start()
    try:
        yield snapshots
    finally:
        snapshots.repeater.stop()


def set_revision(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def models(snapshots: Snapshots) -> int | None:
    """Models of the newest reading, once it succeeded."""
    taken = snapshots.state.reading
    return len(taken.models) if taken and snapshots.state.is_up else None


def test_a_newer_schema_is_said_and_waited_for(engine: Engine) -> None:
    set_revision(engine, "9999")
    with running(engine) as snapshots:
        wait_until(lambda: snapshots.state.failures > 1)
        assert snapshots.state.error.startswith("database: its schema is not known to this version")
        set_revision(engine, migrate.head())
        wait_until(lambda: snapshots.state.is_up)


def test_a_database_that_lost_its_tables_gets_them_again(engine: Engine) -> None:
    with running(engine) as snapshots:
        wait_until(lambda: snapshots.state.is_up)
        migrate.downgrade(engine, "base")
        wait_until(lambda: snapshots.state.failures > 0)
        wait_until(lambda: snapshots.state.is_up)
    assert migrate.is_current(engine)


def test_a_file_that_was_replaced_is_told_and_the_last_figures_stay(
    sqlite_template: Path, tmp_path: Path
) -> None:
    used, other = tmp_path / "used.db", tmp_path / "other.db"
    for path in (used, other):
        path.write_bytes(sqlite_template.read_bytes())
    with opened(f"sqlite:///{used}") as engine, running(engine) as snapshots:
        store(engine, ticket("a", draw_time(100)))
        wait_until(lambda: models(snapshots) == 1)
        other.replace(used)
        wait_until(lambda: not snapshots.state.is_up)
        assert "the file was replaced under this process" in snapshots.state.error
        assert snapshots.state.reading is not None
        assert len(snapshots.state.reading.models) == 1


def test_an_error_that_nobody_thought_of_is_counted_and_does_not_end_it(engine: Engine) -> None:
    moments = iter([ZeroDivisionError("no such hour")])

    def now() -> int:
        for error in moments:
            raise error
        return NOW

    with running(engine, now) as snapshots:
        wait_until(lambda: snapshots.state.is_up)
        assert snapshots.state.failures == 1
