"""Trying what writing needs: it changes nothing, and fails as writing would."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from exporter.storage.dump import count_rows
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.integrity import try_writing
from tests.databases import migrated, opened


def test_trying_to_write_writes_nothing(engine: Engine) -> None:
    before = counts(engine)
    with writing(engine) as connection:
        try_writing(connection)
    assert counts(engine) == before


def counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return count_rows(connection)


@pytest.mark.parametrize(
    "change", ["DROP TABLE maintenance", "ALTER TABLE maintenance DROP COLUMN detail"]
)
def test_what_is_missing_is_found(database_url: str, change: str) -> None:
    with opened(migrated(database_url)) as engine:
        with writing(engine) as connection:
            connection.exec_driver_sql(change)
        with pytest.raises(DBAPIError) as raised, writing(engine) as connection:
            try_writing(connection)
        assert fault_of(raised.value) is Fault.BROKEN
