"""Reading sees one state, writing is all or nothing, on every engine."""

from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.exc import DataError

from exporter.storage import migrate
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.schema import games
from tests.databases import opened


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(games)).scalar_one()


def add(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(games).values(name=name))


def test_an_exception_takes_everything_back(engine: Engine) -> None:
    def write() -> None:
        with writing(engine) as connection:
            connection.execute(insert(games).values(name="a"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        write()
    with reading(engine) as connection:
        assert count(connection) == 0


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    with reading(engine) as connection:
        assert count(connection) == 0
        add(engine, "a")
        assert count(connection) == 0
    with reading(engine) as connection:
        assert count(connection) == 1


def test_a_reader_keeps_nothing(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.execute(insert(games).values(name="a"))
    with reading(engine) as connection:
        assert count(connection) == 0


def test_writers_wait_for_each_other(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(games).values(name="first"))
        second = Thread(target=add, args=(engine, "second"))
        second.start()
    second.join(30)
    with reading(engine) as connection:
        assert count(connection) == 2


def test_names_that_differ_in_case_are_two(engine: Engine) -> None:
    add(engine, "quina")
    add(engine, "Quina")
    with reading(engine) as connection:
        assert count(connection) == 2


def test_an_error_shows_no_values(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(Exception, match="hidden") as caught:
        connection.execute(text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": "secret-7"})
    assert "secret-7" not in str(caught.value)


def test_nothing_connects_before_it_is_needed() -> None:
    create_engine_for("postgresql+psycopg://nobody@127.0.0.1:1/none").dispose()


def test_mysql_refuses_what_does_not_fit_whatever_its_mode(mariadb_url: str) -> None:
    with opened(mariadb_url) as engine:
        migrate.upgrade(engine)
        with writing(engine) as connection:
            (mode,) = connection.exec_driver_sql("SELECT @@GLOBAL.sql_mode").one()
            connection.exec_driver_sql("SET GLOBAL sql_mode = ''")
        engine.dispose()
        try:
            with pytest.raises(DataError), writing(engine) as connection:
                connection.execute(insert(games).values(name="n" * 1000))
        finally:
            with writing(engine) as connection:
                connection.exec_driver_sql("SET GLOBAL sql_mode = %s", (mode,))
