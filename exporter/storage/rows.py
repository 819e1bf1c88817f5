"""Inserting many rows the quickest way each driver has, past the expression compiler."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
#: Values by column, each column as long as the others: a tuple for each row is never kept.
Columns = Sequence[Sequence[Any]]
#: SQLite runs one statement with many rows quicker than one statement many times.
_ROWS_A_STATEMENT = 100


def run(connection: Connection, statement: str, values: Sequence[Any]) -> CursorResult[Any]:
    """Runs a constant statement (`?` for each value, no other one) past the compiler.

    For what runs with every batch: there, compiling and binding costs more than running.
    """
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    return connection.exec_driver_sql(statement, tuple(values))


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Inserts rows of `columns`; raises SQLAlchemy's errors."""
    if rows:
        insert_columns(connection, table, columns, tuple(zip(*rows, strict=True)))


def insert_columns(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Columns
) -> None:
    """The same for rows that come as their columns."""
    name = connection.dialect.name
    if name == "postgresql":
        _copy(connection, table, columns, values)
    elif name == "sqlite":
        _insert_in_runs(connection, table, columns, values)
    else:
        rows = list(zip(*values, strict=True))
        connection.exec_driver_sql(_statement(table, columns, 1, "%s", "`"), rows)


def _insert_in_runs(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Columns
) -> None:
    flat = tuple(chain.from_iterable(zip(*values, strict=True)))
    length = len(columns) * _ROWS_A_STATEMENT
    whole = len(flat) - len(flat) % length
    if whole:
        runs = [flat[start : start + length] for start in range(0, whole, length)]
        connection.exec_driver_sql(_statement(table, columns, _ROWS_A_STATEMENT, "?", '"'), runs)
    if rest := flat[whole:]:
        count = len(rest) // len(columns)
        connection.exec_driver_sql(_statement(table, columns, count, "?", '"'), rest)


@cache
def _statement(table: Table, columns: tuple[str, ...], count: int, mark: str, quote: str) -> str:
    names = ", ".join(f"{quote}{column}{quote}" for column in columns)
    marks = ", ".join([f"({', '.join([mark] * len(columns))})"] * count)
    return f"INSERT INTO {table.name} ({names}) VALUES {marks}"  # noqa: S608 - names of our own


def _copy(connection: Connection, table: Table, columns: tuple[str, ...], values: Columns) -> None:
    """PostgreSQL's COPY; SQLAlchemy does not know it, so its errors are put in its words here."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    cursor = cast(psycopg.Cursor[Row], connection.connection.cursor())
    try:
        with cursor.copy(statement) as copy:
            for row in zip(*values, strict=True):
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
