"""Inserting many rows the quickest way each driver has, past the expression compiler."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]
#: SQLite runs one statement with many rows quicker than one statement many times.
_ROWS_A_STATEMENT = 100


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Inserts rows of `columns`; raises SQLAlchemy's errors."""
    if not rows:
        return
    name = connection.dialect.name
    if name == "postgresql":
        _copy(connection, table, columns, rows)
    elif name == "sqlite":
        _insert_in_runs(connection, table, columns, rows)
    else:
        connection.exec_driver_sql(_statement(table, columns, 1, "%s", "`"), list(rows))


def _insert_in_runs(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    whole = len(rows) - len(rows) % _ROWS_A_STATEMENT
    runs = [
        tuple(chain.from_iterable(rows[start : start + _ROWS_A_STATEMENT]))
        for start in range(0, whole, _ROWS_A_STATEMENT)
    ]
    if runs:
        connection.exec_driver_sql(_statement(table, columns, _ROWS_A_STATEMENT, "?", '"'), runs)
    if rest := list(rows[whole:]):
        connection.exec_driver_sql(_statement(table, columns, 1, "?", '"'), rest)


@cache
def _statement(table: Table, columns: tuple[str, ...], count: int, mark: str, quote: str) -> str:
    names = ", ".join(f"{quote}{column}{quote}" for column in columns)
    marks = ", ".join([f"({', '.join([mark] * len(columns))})"] * count)
    return f"INSERT INTO {table.name} ({names}) VALUES {marks}"  # noqa: S608 - names of our own


def _copy(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """PostgreSQL's COPY; SQLAlchemy does not know it, so its errors are put in its words here."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    cursor = cast(psycopg.Cursor[Row], connection.connection.cursor())
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
