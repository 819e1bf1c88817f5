"""Constant statements handed to the driver itself, in the transaction of a connection.

Compiling, binding and keeping a result cost SQLAlchemy several times what a small statement
takes. What runs with every batch or every result goes past that: as text (`?` for each value)
or as an expression that is compiled once. Errors are SQLAlchemy's, and whoever listens for
`before_cursor_execute` is told of each statement but a COPY.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
Statement = Select[Any] | Insert | Update | Delete


def fetch(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[Row]:
    """The rows that a statement gives."""
    text, cursor = _begin(connection, statement, values := tuple(values))
    with translated(connection, text):  # rows may fail to come, too
        cursor.execute(text, values)
        return list(cursor.fetchall())


def fetch_one(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Row | None:
    """The first row, or None."""
    text, cursor = _begin(connection, statement, values := tuple(values))
    with translated(connection, text):
        cursor.execute(text, values)
        return cast(Row | None, cursor.fetchone())


def fetch_named(connection: Connection, statement: str, values: Any = ()) -> list[Any]:
    """The rows, each with its columns as attributes."""
    text, cursor = _begin(connection, statement, values)
    with translated(connection, text):
        cursor.execute(text, values)
        make = _row_class(tuple(column[0] for column in cursor.description))._make
        return list(map(make, cursor.fetchall()))


def execute(connection: Connection, statement: str, values: Any = ()) -> int:
    """Runs a statement; how many rows it concerned."""
    text, cursor = _begin(connection, statement, values)
    with translated(connection, text):
        cursor.execute(text, values)
        return int(cursor.rowcount)


def execute_many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Runs a statement once for each row of values."""
    if rows:
        text, cursor = _begin(connection, statement, rows, many=True)
        with translated(connection, text):
            cursor.executemany(text, rows)


def select(connection: Connection, query: Select[Any], **values: Any) -> list[Any]:
    """The rows of a query, each with its columns as attributes."""
    compiled = _compiled(query, connection.dialect)
    return fetch_named(connection, compiled.text, compiled.values(values))


def change(connection: Connection, statement: Insert | Update | Delete, **values: Any) -> int:
    """Runs a statement that changes rows; how many it concerned."""
    compiled = _compiled(statement, connection.dialect)
    return execute(connection, compiled.text, compiled.values(values))


def pipelined(connection: Connection) -> AbstractContextManager[object]:
    """Statements inside are sent together where the driver can: one wait instead of several.

    For statements whose results nobody reads; what fails raises at the end.
    """
    if connection.dialect.name != "postgresql":
        return nullcontext()
    return _pipeline(connection)


@contextmanager
def _pipeline(connection: Connection) -> Iterator[None]:
    from psycopg import Pipeline  # noqa: PLC0415 - whoever has another database needs none

    driver: Any = connection.connection.driver_connection
    pipeline = driver.pipeline() if Pipeline.is_supported() else nullcontext()
    with translated(connection, "pipeline"), pipeline:
        yield


@contextmanager
def translated(connection: Connection, statement: str) -> Iterator[None]:
    """Gives the driver's errors as SQLAlchemy's, and notes those that tell of a damaged file."""
    driver = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except driver as error:
        if file := connection.get_execution_options().get("file"):
            file.note(error)
        is_lost = _is_gone(connection, error)
        if is_lost:
            connection.invalidate(error)  # or its end would hide the error behind one of its own
        raise DBAPIError.instance(
            statement, None, error, driver, hide_parameters=True, connection_invalidated=is_lost
        ) from error


def _is_gone(connection: Connection, error: Any) -> bool:
    if connection.invalidated:
        return True
    link: Any = connection.connection.dbapi_connection
    return connection.dialect.is_disconnect(error, link, None)


def _begin(
    connection: Connection, statement: str, values: Any, *, many: bool = False
) -> tuple[str, Any]:
    """The statement as the driver marks values, and a cursor for it; whoever watches is told."""
    text = statement if connection.dialect.paramstyle == "qmark" else _marked(statement)
    cursor = connection.connection.cursor()
    for watch in connection.dispatch.before_cursor_execute:
        watch(connection, cursor, text, values, None, many)
    return text, cursor


@cache
def _marked(statement: str) -> str:
    return statement.replace("?", "%s")


@cache
def _row_class(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


class _Compiled(NamedTuple):
    text: str
    values: Callable[[Mapping[str, Any]], Any]


@cache
def _compiled(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    names, constants = compiled.positiontup, dict(compiled.params)  # such as that of a LIMIT

    def by_name(parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {**constants, **parameters}

    def in_order(parameters: Mapping[str, Any]) -> Row:
        return tuple(map(by_name(parameters).__getitem__, names or ()))

    return _Compiled(str(compiled), by_name if names is None else in_order)
