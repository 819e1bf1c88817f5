"""What the doctor says of the database's schema, and that it holds nothing up while it looks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import text as text_clause

from exporter.messages import Language
from exporter.operating.doctor import Finding, Health
from exporter.operating.doctor.database import check_database
from exporter.storage import migrate
from exporter.storage.engine import writing
from tests.databases import migrated, opened


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of this test's own: other tests share theirs, and need its schema."""
    with opened(migrated(database_url)) as made:
        yield made


def said(finding: Finding) -> str:
    return finding.text.to(Language.EN, **finding.values)


def test_a_newer_schema_asks_for_a_newer_version(engine: Engine) -> None:
    assert check_database(engine).health is Health.OK
    with writing(engine) as connection:
        connection.execute(text_clause("UPDATE alembic_version SET version_num = '9999'"))
    finding = check_database(engine)
    assert finding.health is Health.PROBLEM
    assert said(finding).startswith("the schema is not known to this version → ")


def test_a_schema_that_is_behind_asks_for_the_exporter(engine: Engine) -> None:
    migrate.downgrade(engine, "base")
    assert said(check_database(engine)).endswith("start the exporter, which updates it")


def test_a_damaged_file_is_told(sqlite_url: str) -> None:
    path = Path(migrated(sqlite_url).removeprefix("sqlite:///"))
    with path.open("r+b") as file:  # nobody has it open
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)
    with opened(sqlite_url) as engine:
        finding = check_database(engine)
    assert finding.health is Health.PROBLEM
    assert said(finding).startswith("is damaged (")


def test_a_folder_that_may_not_be_entered_is_told(closed_folder: Path) -> None:
    with opened(f"sqlite:///{closed_folder / 'monitor.db'}") as engine:
        finding = check_database(engine)
    assert said(finding).startswith("does not answer (Permission denied (")
