"""Inserting many rows the quickest way each engine has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table

from exporter.storage import driver
from exporter.storage.driver import Row

#: Values by column, each column as long as the others: a tuple for each row is never kept.
Columns = Sequence[Sequence[Any]]
#: SQLite runs one statement with many rows quicker than one statement many times.
_ROWS_A_STATEMENT = 100


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
    with inserting(connection, table, columns, values):
        pass


@contextmanager
def inserting(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Columns
) -> Iterator[None]:
    """The same for a caller that has something to do while the server is busy with the rows.

    They are inserted at the end of the block at the latest.
    """
    name = connection.dialect.name
    if name == "postgresql":
        with _copying(connection, table, columns, values):
            yield
        return
    if name == "sqlite":
        _insert_in_runs(connection, table, columns, values)
    else:
        rows = list(zip(*values, strict=True))
        driver.execute_many(connection, _statement(table, columns, 1, "`"), rows)
    yield


def _insert_in_runs(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Columns
) -> None:
    flat = tuple(chain.from_iterable(zip(*values, strict=True)))
    length = len(columns) * _ROWS_A_STATEMENT
    whole = len(flat) - len(flat) % length
    runs = [flat[start : start + length] for start in range(0, whole, length)]
    driver.execute_many(connection, _statement(table, columns, _ROWS_A_STATEMENT, '"'), runs)
    if rest := flat[whole:]:
        count = len(rest) // len(columns)
        driver.execute(connection, _statement(table, columns, count, '"'), rest)


@cache
def _statement(table: Table, columns: tuple[str, ...], count: int, quote: str) -> str:
    names = ", ".join(f"{quote}{column}{quote}" for column in columns)
    marks = ", ".join([f"({', '.join('?' * len(columns))})"] * count)
    return f"INSERT INTO {table.name} ({names}) VALUES {marks}"  # noqa: S608 - names of our own


@contextmanager
def _copying(
    connection: Connection, table: Table, columns: tuple[str, ...], values: Columns
) -> Iterator[None]:
    """PostgreSQL's COPY, its text made by column: a call for each row would cost more."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    lines = map("\t".join, zip(*map(_copied, values), strict=True))
    cursor = cast(psycopg.Cursor[Row], connection.connection.cursor())
    with driver.translated(connection, statement), cursor.copy(statement) as copy:
        copy.write("\n".join(lines) + "\n")
        yield


def _copied(column: Sequence[Any]) -> list[str]:
    """A column's values as COPY's text format has them."""
    distinct = set(column)
    if len(distinct) > 1 and set(map(type, distinct)) == {int}:
        return list(map(str, column))
    known = {value: _escaped(value) for value in distinct}
    return list(map(known.__getitem__, column))


def _escaped(value: Any) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    if text.isalnum():  # most are
        return text
    for letter, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = text.replace(letter, escaped)
    return text
