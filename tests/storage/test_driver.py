"""What goes to the driver itself behaves as what SQLAlchemy sends."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, event, insert, select
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from exporter.storage import driver, migrate
from exporter.storage.engine import reading, writing
from exporter.storage.limits import limited
from exporter.storage.rows import insert_rows
from exporter.storage.schema import games, predictions
from tests.databases import opened
from tests.servers.waiting import wait_until

INSERT = "INSERT INTO games (name) VALUES (?)"


def names(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [name for (name,) in driver.fetch(connection, "SELECT name FROM games ORDER BY 1")]


def test_statements_belong_to_the_transaction(engine: Engine) -> None:
    with writing(engine) as connection:
        driver.execute_many(connection, INSERT, [("one",), ("two",)])
        assert driver.execute(connection, "DELETE FROM games WHERE name = ?", ["two"]) == 1
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        _insert_and_fail(connection)
    assert names(engine) == ["one"]


def test_what_is_read_is_one_state_of_the_database(engine: Engine) -> None:
    with reading(engine) as reader:
        assert driver.fetch_one(reader, "SELECT name FROM games") is None
        with writing(engine) as connection:
            driver.execute(connection, INSERT, ["one"])
        assert driver.fetch(reader, "SELECT name FROM games") == []
    assert names(engine) == ["one"]


def test_an_expression_gives_rows_with_names(engine: Engine) -> None:
    query = select(games).where(games.c.name == bindparam("called"))
    with writing(engine) as connection:
        assert driver.change(connection, insert(games), id=7, name="lotofacil") == 1
        (found,) = driver.select(connection, query, called="lotofacil")
        assert driver.select(connection, query, called="quina") == []
    assert (found.id, found.name) == (7, "lotofacil")


def _insert_and_fail(connection: Connection) -> None:
    driver.execute(connection, INSERT, ["three"])
    raise ZeroDivisionError


def test_errors_are_those_of_sqlalchemy(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        driver.execute_many(connection, INSERT, [("one",), ("one",)])
    assert names(engine) == []


def test_so_are_those_that_come_with_the_rows(tmp_path: Path) -> None:
    """After its first row this one gives no other, and is ended."""
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
    with (
        opened(f"sqlite:///{tmp_path / 'a.db'}") as engine,
        pytest.raises(OperationalError),
        limited(0.3),
        reading(engine) as connection,
    ):
        driver.fetch(connection, f"{endless} SELECT n FROM c WHERE n < 2")


def test_errors_of_statements_sent_together_come_at_the_end(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        _insert_twice(connection)
    assert names(engine) == []


def _insert_twice(connection: Connection) -> None:
    with driver.pipelined(connection):
        driver.execute(connection, INSERT, ["one"])
        driver.execute(connection, INSERT, ["one"])


def test_errors_do_not_tell_values(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as caught, writing(engine) as connection:
        driver.execute(connection, "INSERT INTO nowhere VALUES (?)", ["hunter2"])
    assert "nowhere" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert isinstance(caught.value, ProgrammingError) or engine.dialect.name == "sqlite"


_OWN = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
_KILL = {"postgresql": "SELECT pg_terminate_backend(?)", "mysql": "KILL ?"}


@pytest.mark.integration
@pytest.mark.parametrize("doing", ["fetch", "copy", "pipeline"])
@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_a_lost_connection_is_told_in_the_drivers_words(
    request: pytest.FixtureRequest, server: str, doing: str
) -> None:
    with opened(request.getfixturevalue(server)) as engine:
        migrate.upgrade(engine)
        with pytest.raises(DBAPIError) as caught, writing(engine) as connection:
            _use_a_killed(connection, doing)
        assert caught.value.connection_invalidated
        words = str(caught.value)
        assert any(said in words for said in ("terminat", "Lost connection", "gone away")), words
        assert names(engine) == []


def _use_a_killed(connection: Connection, doing: str) -> None:
    kind = connection.dialect.name.replace("mariadb", "mysql")
    with writing(connection.engine) as other:
        driver.execute(other, _KILL[kind], driver.fetch_one(connection, _OWN[kind]) or [])
    if doing == "copy":
        insert_rows(connection, games, [{"name": "one"}])
    elif doing == "pipeline":
        _insert_twice(connection)
    else:
        # the server needs a moment to hang up
        wait_until(lambda: driver.fetch(connection, "SELECT name FROM games"), what="the end")


def test_whoever_watches_statements_is_told(engine: Engine) -> None:
    seen: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", watch)
    with writing(engine) as connection:
        driver.execute(connection, INSERT, ["one"])
    event.remove(engine, "before_cursor_execute", watch)
    assert any(statement.startswith("INSERT INTO games") for statement in seen)


@pytest.mark.parametrize("text", ["a\\tb", "\\N", "a\tb\nc\rd\\", "é ☕ 😀", "{}", "'; --", "%s ?"])
def test_any_text_is_kept_as_it_is(engine: Engine, text: str) -> None:
    same = {"game_id": 1, "model_id": 1, "size": 15}
    rows: list[dict[str, Any]] = [
        {"key": text, "predicted_at": 5, "numbers": 2**62, "metadata": None, **same},
        {"key": "k", "predicted_at": 6, "numbers": 1, "metadata": text, **same},
    ]
    with writing(engine) as connection:
        insert_rows(connection, predictions, rows)
        query = "SELECT predictions.key, numbers, metadata FROM predictions ORDER BY predicted_at"
        assert driver.fetch(connection, query) == [(text, 2**62, None), ("k", 1, text)]
