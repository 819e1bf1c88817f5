"""A migration that was killed at any statement is completed by the next start."""

import os
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, event, inspect
from sqlalchemy.exc import DBAPIError

from exporter.storage import migrate
from exporter.storage.engine import reading, writing
from exporter.storage.resumption import MIGRATING
from exporter.storage.sqlite_engine import turns_of
from tests.databases import opened
from tests.servers.waiting import wait_until
from tests.storage.killed_migrator import held_before, is_killed_after, is_killed_within, on_writes
from tests.storage.letters import CHARSETS, as_it_was, fill

#: Random moments of each statement to be killed at; 0: one of each of two.
KILLS = int(os.environ.get("KILLS_PER_STATEMENT", "0"))
SCRIPTS = list(ScriptDirectory.from_config(migrate._config(None)).walk_revisions())
STEPS = [pytest.param(s.revision, str(s.down_revision or "base"), id=s.revision) for s in SCRIPTS]
EACH_STEP = pytest.mark.parametrize(("revision", "before"), STEPS[::-1])
Lend = Callable[[], AbstractContextManager[str]]

SHAPES = {
    "sqlite": ["SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"],
    "postgresql": [
        """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
        column_default FROM information_schema.columns WHERE table_schema = 'public'
        ORDER BY table_name, ordinal_position""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    ],
}


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgres_server", id="postgresql", marks=pytest.mark.integration),
        pytest.param("mariadb_server", id="mariadb", marks=pytest.mark.integration),
    ]
)
def lend(request: pytest.FixtureRequest, tmp_path: Path) -> Lend:
    """A function that lends an empty database, of each kind in turn."""
    if request.param != "sqlite":
        server: Any = request.getfixturevalue(request.param)
        return server.database  # type: ignore[no-any-return]

    @contextmanager
    def file() -> Iterator[str]:
        yield f"sqlite:///{tmp_path / uuid4().hex}.db"

    return file


@contextmanager
def database_at(revision: str, lend: Lend) -> Iterator[tuple[str, Engine]]:
    """A database with that schema, as the oldest server would have it, and rows in every table."""
    with lend() as url, opened(url) as engine:
        if revision != "base":
            with as_it_was(engine):
                migrate.upgrade(engine, revision)
            with writing(engine) as connection:
                tables = MetaData()
                tables.reflect(connection)
                tables.remove(tables.tables["alembic_version"])
                fill(connection, CHARSETS["latin1"], tables)
        yield url, engine


def content(engine: Engine) -> dict[str, Any]:
    """What would make the schema as it is, and every row."""
    with reading(engine) as connection:
        names = inspect(connection).get_table_names()
        shapes = SHAPES.get(engine.dialect.name) or [f"SHOW CREATE TABLE {name}" for name in names]
        rows = [f"SELECT * FROM {name}" for name in sorted(names)]
        found = {query: str(connection.exec_driver_sql(query).all()) for query in shapes + rows}
    return {query: re.sub(r" AUTO_INCREMENT=\d+", "", answer) for query, answer in found.items()}


def timed(engine: Engine, migration: Callable[..., None], to: str) -> dict[str, float]:
    """Migrates; the statements that write, in their order, with the seconds each took."""
    begun: dict[str, float] = {}
    took: dict[str, float] = {}
    on_writes(engine, "before", lambda one: begun.update({one: time.perf_counter()}))
    on_writes(engine, "after", lambda one: took.update({one: time.perf_counter() - begun[one]}))
    migration(engine, to)
    return dict(took)


def whole(revision: str, before: str, lend: Lend) -> tuple[dict[str, Any], dict[str, float]]:
    """What a migration makes that nobody kills, and its statements."""
    with database_at(before, lend) as (_, engine):
        statements = timed(engine, migrate.upgrade, revision)
        return content(engine), statements


def told_apart(engine: Engine, statements: Iterable[str]) -> list[str]:
    """Every statement where each is kept by itself, else some: one rolls back as the other."""
    return list(statements)[:: 1 if KILLS or engine.dialect.name == "mysql" else 7]


@EACH_STEP
def test_each_start_goes_on_where_the_one_before_was_killed(
    lend: Lend, revision: str, before: str
) -> None:
    expected, statements = whole(revision, before, lend)
    with database_at(before, lend) as (url, engine):
        for statement in told_apart(engine, statements):
            assert is_killed_after(statement, url, revision)
        migrate.upgrade(engine, revision)
        assert content(engine) == expected


@EACH_STEP
@pytest.mark.timeout(600 * (1 + KILLS))
def test_one_start_completes_what_was_killed_within_a_statement(
    lend: Lend, revision: str, before: str
) -> None:
    expected, statements = whole(revision, before, lend)
    chance = random.Random(f"{revision} {KILLS}")
    chosen = list(statements) * KILLS or chance.sample(list(statements), min(2, len(statements)))
    for statement in chosen:
        with database_at(before, lend) as (url, engine):
            moment = chance.uniform(1e-6, 1.2 * statements[statement])
            is_killed_within(statement, moment, url, revision)
            migrate.upgrade(engine, revision)
            assert content(engine) == expected


@EACH_STEP
def test_the_way_back_goes_on_likewise(lend: Lend, revision: str, before: str) -> None:
    with database_at(before, lend) as (url, engine):
        migrate.upgrade(engine, revision)
        statements = timed(engine, migrate.downgrade, before)
        expected = content(engine)
        migrate.upgrade(engine, revision)
        for statement in list(statements)[:: 1 if KILLS else 7]:
            assert is_killed_after(statement, url, before, down=True)
        migrate.downgrade(engine, before)
        assert content(engine) == expected


def test_one_that_waits_goes_on_when_the_other_is_killed(lend: Lend) -> None:
    expected, statements = whole(migrate.head(), "base", lend)
    asks = Event()

    def look(*arguments: Any) -> None:
        if re.search("GET_LOCK|advisory", arguments[2]):
            asks.set()

    def waits(engine: Engine) -> bool:
        turns = turns_of(engine)  # whoever has SQLite's turn to write asks for its lock
        return turns._writer.locked() if turns else asks.is_set()

    with database_at("base", lend) as (url, engine), ThreadPoolExecutor(1) as threads:
        event.listen(engine, "before_cursor_execute", look)
        other = held_before(list(statements)[10], url)
        job = threads.submit(migrate.upgrade, engine)
        wait_until(lambda: waits(engine), what="one that waits")
        other.kill()
        job.result(60)
        assert content(engine) == expected


@pytest.mark.integration
def test_a_table_of_another_product_is_not_taken_for_ours(mariadb_url: str) -> None:
    with opened(mariadb_url) as engine:
        with writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE games (id INTEGER, title TEXT)")
        for _ in range(2):
            with pytest.raises(DBAPIError, match="Table 'games' already exists"):
                migrate.upgrade(engine)


@pytest.mark.integration
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE a ADD COLUMN c INTEGER",
        "ALTER TABLE a ADD CONSTRAINT positive CHECK (b > 0)",
        "ALTER TABLE a ADD PRIMARY KEY (id)",
        "ALTER TABLE a DROP COLUMN d",
        "ALTER TABLE a DROP FOREIGN KEY self",
        "ALTER TABLE a DROP CONSTRAINT small",
        "CREATE INDEX by_b ON a (b)",
        "DROP INDEX by_d ON a",
        "DROP TABLE a",
    ],
)
def test_what_is_done_already_is_passed_over_and_only_by_migrations(
    mariadb_url: str, statement: str
) -> None:
    table = """CREATE TABLE a (id INTEGER NOT NULL UNIQUE, b INTEGER NOT NULL, d INTEGER,
        INDEX by_d (d), CONSTRAINT self FOREIGN KEY (b) REFERENCES a (id),
        CONSTRAINT small CHECK (b < 9)) ENGINE=InnoDB"""
    with opened(mariadb_url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(table)
        connection.exec_driver_sql(statement)
        connection.execution_options(**{MIGRATING: True})
        connection.exec_driver_sql(statement)
        connection.execution_options(**{MIGRATING: False})
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql(statement)
