"""Every text takes every letter and tells it from others, whatever a server's defaults are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, func, select, text
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from exporter.storage import migrate
from exporter.storage.engine import reading, writing
from exporter.storage.schema import METADATA
from tests.databases import opened
from tests.storage.letters import (
    CHARSETS,
    DECLARED,
    LETTERS,
    as_it_was,
    fill,
    fitting,
    is_text,
    row,
)

#: What must look different from LETTERS.
ALIKE = (LETTERS.lower(), LETTERS.replace("ç", "c"), LETTERS.replace("🎲", "🎰"))


@pytest.fixture
def bare(mariadb_default: str, mariadb_url: str) -> Iterator[Engine]:
    """A database without any table that has this default."""
    with opened(mariadb_url) as engine:
        with reading(engine) as connection:
            default = connection.execute(text("SELECT @@character_set_database")).scalar()
            assert default == mariadb_default
        yield engine


@pytest.fixture
def old(bare: Engine) -> Engine:
    """The same with the first schema as it was."""
    with as_it_was(bare):
        migrate.upgrade(bare, "0001")
    return bare


def strays(engine: Engine) -> list[Any]:
    """Tables and texts that are not what they should be."""
    query = """
        SELECT table_name, table_collation, engine FROM information_schema.tables
        WHERE table_schema = DATABASE() AND (table_collation <> 'utf8mb4_bin'
            OR engine <> 'InnoDB' AND table_name <> 'alembic_version')
        UNION SELECT table_name, column_name, collation_name FROM information_schema.columns
        WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_bin'"""
    with reading(engine) as connection:
        return list(connection.execute(text(query)))


#: Tests before this one may have inserted rows.
_COUNTER = re.compile(r" AUTO_INCREMENT=[0-9]+")


def statements(engine: Engine) -> dict[str, str]:
    """What would make each table as it is."""
    with reading(engine) as connection:
        return {
            name: _COUNTER.sub("", connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1])
            for name in METADATA.tables
        }


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_every_table_says_itself_which_letters_it_takes(name: str) -> None:
    dialect = mysql.dialect()
    dialect.name = name
    for table in METADATA.tables.values():
        assert DECLARED in str(CreateTable(table).compile(dialect=dialect))


@pytest.mark.integration
def test_no_default_of_the_server_is_left(bare: Engine) -> None:
    migrate.upgrade(bare)
    assert strays(bare) == []


def test_every_text_holds_every_letter_and_tells_it_from_others(engine: Engine) -> None:
    with writing(engine) as connection:
        fill(connection, LETTERS)
        for table in METADATA.sorted_tables:
            stored = connection.execute(select(table)).mappings().one()
            assert dict(stored) == row(table, LETTERS)
            for column in filter(is_text, table.columns):
                own = fitting(column, LETTERS)
                for other in (LETTERS, *ALIKE):
                    same = func.coalesce(column, "ç") == fitting(column, other)
                    count = select(func.count()).select_from(table).where(same)
                    assert connection.execute(count).scalar() == (fitting(column, other) == own)


@pytest.mark.integration
def test_what_was_made_with_a_default_is_mended_with_what_it_holds(
    old: Engine, mariadb_default: str, mariadb_template: str
) -> None:
    """The same types, too: MySQL's own conversion would make longer ones of some."""
    assert strays(old)
    before = MetaData()  # without what later schemas add
    before.reflect(old, only=list(METADATA.tables))
    with writing(old) as connection:
        fill(connection, CHARSETS[mariadb_default], before)
    migrate.upgrade(old)
    assert strays(old) == []
    with writing(old) as connection:
        for table in reversed(before.sorted_tables):
            stored = connection.execute(select(table)).mappings().one()
            assert dict(stored) == row(table, CHARSETS[mariadb_default])
            connection.execute(table.delete())
        fill(connection, LETTERS)
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    migrate.check(old)
    with opened(mariadb_template) as new:
        assert statements(old) == statements(new)
