"""Tables with one row for each name: the newest call wins."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert, update
from sqlalchemy.exc import IntegrityError


def put(connection: Connection, table: Table, name: str, values: Mapping[str, Any]) -> bool:
    """Keeps `values` under `name`, the table's key; True when they replace others."""
    (key,) = table.primary_key.columns
    change = update(table).where(key == name).values(**values)
    if connection.execute(change).rowcount:
        return True
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values({**values, key.name: name}))
    except IntegrityError:  # made by somebody else meanwhile
        connection.execute(change)
        return True
    return False
