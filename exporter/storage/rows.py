"""Inserting many rows the quickest way each engine has."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table

from exporter.storage import driver

#: Values by column, all columns equally long: a tuple for each row is never kept.
Values = Mapping[str, Sequence[Any]]
_InOrder = Sequence[Sequence[Any]]
#: SQLite runs one statement with many rows quicker than one statement many times.
_ROWS_A_STATEMENT = 100


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of the same columns; raises SQLAlchemy's errors."""
    if rows:
        with inserting(connection, table, {name: [row[name] for row in rows] for name in rows[0]}):
            pass


@contextmanager
def inserting(connection: Connection, table: Table, columns: Values) -> Iterator[None]:
    """Inserts columns, while the caller does something else as long as the server is busy.

    They are inserted at the end of the block at the latest. What is no column of the table is left
    out. Raises SQLAlchemy's errors.
    """
    names = tuple(column.name for column in table.columns if column.name in columns)
    values = [columns[name] for name in names]
    if connection.dialect.name == "postgresql":
        with _copying(connection, table, names, values):
            yield
        return
    if connection.dialect.name == "sqlite":
        _insert_in_runs(connection, table, names, values)
    else:
        rows = list(zip(*values, strict=True))
        driver.execute_many(connection, _statement(table, names, 1, "`"), rows)
    yield


def _insert_in_runs(
    connection: Connection, table: Table, columns: tuple[str, ...], values: _InOrder
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
    connection: Connection, table: Table, columns: tuple[str, ...], values: _InOrder
) -> Iterator[None]:
    """PostgreSQL's COPY, its text made by column: a call for each row would cost more."""
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    lines = map("\t".join, zip(*map(_copied, values), strict=True))
    cursor: Any = connection.connection.cursor()
    with driver.translated(connection, statement), cursor.copy(statement) as copy:
        copy.write("\n".join(lines) + "\n")
        yield


def _copied(column: Sequence[Any]) -> list[str]:
    """A column's values as COPY's text format has them."""
    distinct = set(column)
    if len(distinct) > 1 and set(map(type, distinct)) == {int}:
        return list(map(str, column))
    texts = {value: _escaped(value) for value in distinct}
    return list(map(texts.__getitem__, column))


def _escaped(value: Any) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    if text.isalnum():  # most are
        return text
    for letter, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = text.replace(letter, escaped)
    return text
