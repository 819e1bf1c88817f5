"""A portable copy of a database: JSON lines, the same from every engine and readable by any.

The first line names the schema, then come the rows of each table after a line with its
columns, and the last line counts them: a file without it is not whole.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

import msgspec
from sqlalchemy import Connection, MetaData, func, select
from sqlalchemy.sql.schema import Table

from exporter.storage.migrate import revision

_FETCH = 5000
FORMAT = 1
#: No row of ours is longer: its longest text has 16 MB, each sign of which may be written as two.
LONGEST_LINE = 40_000_000
_LONGEST_HEAD = 100_000
#: A row is flat. A list within it is refused where it begins: in memory it is many times larger.
_ROW = msgspec.json.Decoder(list[str | int | float | bool | None])
#: Signs of rows that are handed on together.
_MOST_SIGNS = 16_000_000


class DamagedBackup(ValueError):
    """A file that is no whole backup of this product; told in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class Rows(NamedTuple):
    """Some rows of one table."""

    table: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


def write(connection: Connection, file: IO[str]) -> dict[str, int]:
    """Writes every table as the connection's snapshot sees it; rows by table."""
    counts: dict[str, int] = {}
    _put(file, {"format": FORMAT, "revision": revision(connection)})
    for table in tables_of(connection):
        columns = [column.name for column in table.columns]
        _put(file, {"table": table.name, "columns": columns})
        counts[table.name] = _write_rows(connection, table, file)
    _put(file, {"counts": counts})
    return counts


def tables_of(connection: Connection) -> list[Table]:
    """The tables there are, those that others refer to first; without Alembic's own."""
    tables = MetaData()
    tables.reflect(connection)
    return [table for table in tables.sorted_tables if table.name != "alembic_version"]


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables_of(connection)
    }


def _write_rows(connection: Connection, table: Table, file: IO[str]) -> int:
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(query, execution_options={"yield_per": _FETCH}):
        _put(file, list(row))
        count += 1
    return count


def _put(file: IO[str], value: object) -> None:
    json.dump(value, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")


def read_revision(file: IO[str]) -> str:
    """The schema of the database that was copied; raises DamagedBackup."""
    head = _value(_line(file))
    if isinstance(head, dict) and head.get("format") == FORMAT:
        revision = str(head.get("revision"))
        if revision.isalnum():
            return revision
    raise DamagedBackup("not a backup of this product")


def read(file: IO[str]) -> Iterator[Rows]:
    """The rows after the first line, some thousands at a time; raises DamagedBackup.

    Whatever is missing at the end is told only there: act on it in one transaction.
    """
    counts: Counter[str] = Counter()
    table, columns, rows, signs = "", tuple[str, ...](), list[list[Any]](), 0
    while line := _line(file):
        value = _value(line)
        if isinstance(value, dict) or len(rows) == _FETCH or signs > _MOST_SIGNS:
            counts[table] += len(rows)
            if rows:
                yield Rows(table, columns, rows)
            rows, signs = [], 0
        if isinstance(value, list):
            rows.append(value)
            signs += len(line)
        elif "counts" in value:
            _check(counts, value["counts"])
            _check_end(file)
            return
        else:
            table, columns = _head(value)
    raise DamagedBackup("the backup ends too early")


def _head(value: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    match value:
        case {"table": str(table), "columns": [*columns]}:
            return table, tuple(map(str, columns))
    raise DamagedBackup("a line is neither a row nor the head of a table")


def _check(counts: Counter[str], noted: object) -> None:
    if not isinstance(noted, dict):
        raise DamagedBackup("its last line does not count its rows")
    for table in counts.keys() | noted.keys():
        if counts[table] != noted.get(table, 0):
            raise DamagedBackup(f"{table}: {counts[table]} rows instead of {noted.get(table, 0)}")


def _check_end(file: IO[str]) -> None:
    """Reads to the end, where a packed file has its checksum."""
    if file.read(1):
        raise DamagedBackup("it goes on after its end")


def _line(file: IO[str]) -> str:
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise DamagedBackup(f"a line has {LONGEST_LINE} signs or more, as none of ours has")
    return line


def _value(line: str) -> dict[str, Any] | list[Any]:
    try:
        value = _ROW.decode(line) if line.startswith("[") else json.loads(line[:_LONGEST_HEAD])
    except (ValueError, RecursionError, msgspec.MsgspecError):
        value = None
    if not isinstance(value, dict | list):
        raise DamagedBackup("a line is not JSON as this product writes it")
    return value
