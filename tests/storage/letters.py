"""Texts that a small character set cannot hold, and rows that have them wherever a text goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, event, insert

from exporter.storage.schema import METADATA

#: Defaults of servers that are in use, with letters that each of them holds.
CHARSETS = {"latin1": "Ação ©", "utf8mb3": "Ação ≥ 0,6", "utf8mb4": "Ação 🎲 𠮷"}
#: Portuguese, beyond Latin-1, and of four bytes: an emoji, a name.
LETTERS = "Acurácia ≥ 0,6: ação 🎲 𠮷野"

#: What a table of MySQL and MariaDB declares.
DECLARED = "ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_bin"


def is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String)


def fitting(column: Column[Any], letters: str) -> str:
    """As much of the letters, from the end, as the column takes."""
    return letters[-(getattr(column.type, "length", None) or len(letters)) :]


def row(table: Table, letters: str) -> dict[str, Any]:
    """A row with these letters in each text and 1 in each number."""
    return {
        column.name: fitting(column, letters) if is_text(column) else 1 for column in table.columns
    }


def fill(connection: Connection, letters: str, metadata: MetaData = METADATA) -> None:
    """Puts a row into every table."""
    for table in metadata.sorted_tables:
        connection.execute(insert(table), row(table, letters))


@contextmanager
def as_it_was(engine: Engine) -> Iterator[None]:
    """Makes tables as the first schema did once: with the server's character set in most texts."""
    event.listen(engine, "before_cursor_execute", _undeclared, retval=True)
    yield
    event.remove(engine, "before_cursor_execute", _undeclared)


def _undeclared(*arguments: Any) -> tuple[str, Any]:
    _, _, statement, parameters, *_ = arguments
    return statement.replace(DECLARED, "ENGINE=InnoDB"), parameters
