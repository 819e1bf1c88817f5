"""The migrations make exactly the schema, once, whoever else migrates at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from exporter.storage import migrate
from exporter.storage.engine import writing
from exporter.storage.migrate import MigrationBusy
from exporter.storage.schema import METADATA
from tests.databases import opened


@pytest.fixture
def bare(database_url: str) -> Iterator[Engine]:
    """A database without any table."""
    with opened(database_url) as engine:
        yield engine


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_and_down_and_up_again(bare: Engine) -> None:
    migrate.upgrade(bare)
    assert tables(bare) == set(METADATA.tables)
    assert migrate.is_current(bare)
    migrate.downgrade(bare, "base")
    assert tables(bare) == set()
    migrate.upgrade(bare)
    migrate.upgrade(bare)
    migrate.check(bare)  # the models are equal to what the migrations make


def statements(engine: Engine) -> dict[str, str | None]:
    """What made each table and index."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        return {row.name: row.sql for row in rows}


def test_a_new_file_has_at_once_what_the_migrations_make(tmp_path: Path) -> None:
    with (
        opened(f"sqlite:///{tmp_path / 'new.db'}") as new,
        opened(f"sqlite:///{tmp_path / 'migrated.db'}") as migrated,
    ):
        migrate.upgrade(new)
        migrate.upgrade(migrated, migrate.head())
        assert statements(new) == statements(migrated)
        assert migrate.is_current(new)


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(migrate._config(None))
    assert scripts.get_heads() == [migrate.head()]


def test_migrators_at_once_wait_for_each_other(bare: Engine) -> None:
    engines = [bare] * 2
    with ThreadPoolExecutor(len(engines)) as threads:
        list(threads.map(migrate.upgrade, engines))
    migrate.check(bare)
    with bare.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM alembic_version")).scalar() == 1


@pytest.mark.integration
def test_a_lock_that_never_comes_is_told(mariadb_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0)
    with opened(mariadb_url) as engine:
        with writing(engine) as other:
            other.execute(text("SELECT GET_LOCK('lotofacil_migrations', 0)"))
            with pytest.raises(MigrationBusy):
                migrate.upgrade(engine)
            other.execute(text("SELECT RELEASE_LOCK('lotofacil_migrations')"))
        assert tables(engine) == set()


@pytest.mark.integration
def test_the_lock_is_held_until_a_migration_is_committed(mariadb_url: str) -> None:
    """Whoever gets it must find the new revision, or it would migrate once more."""
    holder = text("SELECT IS_USED_LOCK('lotofacil_migrations') IS NOT NULL")
    held: list[object] = []
    with opened(mariadb_url) as engine, opened(mariadb_url) as other, other.connect() as watch:
        event.listen(engine, "commit", lambda _: held.append(watch.execute(holder).scalar()))
        migrate.upgrade(engine)
        migrate.downgrade(engine, "base")
        assert watch.execute(holder).scalar() == 0
    assert len(held) >= 2
    assert set(held) == {1}
