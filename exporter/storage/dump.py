"""A portable copy of a database: JSON lines, the same from every engine and readable by any.

The first line names the schema, then come the rows of each table after a line with its
columns, and the last line counts them: a file without it is not whole.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection, MetaData, func, select
from sqlalchemy.sql.schema import Table

from exporter.storage.migrate import revision

_FETCH = 5000
FORMAT = 1


class DamagedBackup(ValueError):
    """A file that is no whole backup of this product."""


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
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


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
    head = _value(file.readline())
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise DamagedBackup("not a backup of this product")
    return str(head["revision"])


def read(file: IO[str]) -> Iterator[Rows]:
    """The rows after the first line, some thousands at a time; raises DamagedBackup.

    Whatever is missing at the end is told only there: act on it in one transaction.
    """
    counts: Counter[str] = Counter()
    table, columns, rows = "", tuple[str, ...](), list[list[Any]]()
    for line in file:
        value = _value(line)
        if isinstance(value, dict) or len(rows) == _FETCH:
            counts[table] += len(rows)
            if rows:
                yield Rows(table, columns, rows)
            rows = []
        if isinstance(value, list):
            rows.append(value)
        elif "counts" in value:
            _check(counts, value["counts"])
            return
        else:
            table, columns = value["table"], tuple(value["columns"])
    raise DamagedBackup("the backup ends too early")


def _check(found: Counter[str], told: dict[str, int]) -> None:
    for table, count in told.items():
        if found[table] != count:
            raise DamagedBackup(f"{table}: {found[table]} rows instead of {count}")


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise DamagedBackup("not a backup of this product") from None
