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
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple, cast

import psycopg
from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
Statement = Select[Any] | Insert | Update | Delete
_Take = Callable[[Any], Any]
_ALL, _FIRST, _COUNT = methodcaller("fetchall"), methodcaller("fetchone"), attrgetter("rowcount")


def fetch(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[Row]:
    """The rows that a statement gives."""
    return list(_run(connection, statement, tuple(values), _ALL))


def fetch_one(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Row | None:
    """The first row, or None."""
    return cast(Row | None, _run(connection, statement, tuple(values), _FIRST))


def fetch_named(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows, each with its columns as attributes."""
    return cast(list[Any], _run(connection, statement, tuple(values), _named))


def execute(connection: Connection, statement: str, values: Sequence[Any] = ()) -> int:
    """Runs a statement; how many rows it concerned."""
    return int(_run(connection, statement, tuple(values), _COUNT))


def execute_many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Runs a statement once for each row of values."""
    if rows:
        _run(connection, statement, rows, _COUNT, many=True)


def select(connection: Connection, query: Select[Any], **values: Any) -> list[Any]:
    """The rows of a query, each with its columns as attributes."""
    compiled = _compiled(query, connection.dialect)
    return cast(list[Any], _run(connection, compiled.text, compiled.values(values), _named))


def change(connection: Connection, statement: Insert | Update | Delete, **values: Any) -> int:
    """Runs a statement that changes rows; how many it concerned."""
    compiled = _compiled(statement, connection.dialect)
    return int(_run(connection, compiled.text, compiled.values(values), _COUNT))


def pipelined(connection: Connection) -> AbstractContextManager[object]:
    """Statements inside are sent together where the driver can: one wait instead of several.

    For statements whose results nobody reads; what fails raises at the end.
    """
    if connection.dialect.name != "postgresql" or not psycopg.Pipeline.is_supported():
        return nullcontext()
    return _pipeline(connection)


@contextmanager
def _pipeline(connection: Connection) -> Iterator[None]:
    driver = cast(psycopg.Connection[Row], connection.connection.driver_connection)
    with translated(connection, "pipeline"), driver.pipeline():
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
        gone = _is_gone(connection, error)
        if gone:
            connection.invalidate(error)  # or its end would hide the error behind one of its own
        raise DBAPIError.instance(
            statement, None, error, driver, hide_parameters=True, connection_invalidated=gone
        ) from error


def _is_gone(connection: Connection, error: Any) -> bool:
    if connection.invalidated:
        return True
    link: Any = connection.connection.dbapi_connection
    return connection.dialect.is_disconnect(error, link, None)


def _run(
    connection: Connection, statement: str, values: Any, take: _Take, *, many: bool = False
) -> Any:
    """What `take` takes from the cursor: rows may fail to come, too."""
    statement = _marked(statement, connection.dialect.paramstyle)
    cursor = connection.connection.cursor()
    for watch in connection.dispatch.before_cursor_execute:
        watch(connection, cursor, statement, values, None, many)
    with translated(connection, statement):
        (cursor.executemany if many else cursor.execute)(statement, values)
        return take(cursor)


@cache
def _marked(statement: str, style: str) -> str:
    return statement if style == "qmark" else statement.replace("?", "%s")


def _named(cursor: Any) -> list[Any]:
    make = _row_class(tuple(column[0] for column in cursor.description))._make
    return list(map(make, cursor.fetchall()))


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

    def by_name(given: Mapping[str, Any]) -> dict[str, Any]:
        return {**constants, **given}

    def in_order(given: Mapping[str, Any]) -> Row:
        return tuple(map(by_name(given).__getitem__, names or ()))

    return _Compiled(str(compiled), by_name if names is None else in_order)
