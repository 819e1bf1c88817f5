"""What the doctor says of the spool: whether records wait, for what, and what was lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.messages import Language
from exporter.operating.doctor import Finding, Health, check_spool
from exporter.recording.spool import EVERYTHING, Spool

SECOND = 1_000_000
NO_RIGHT = "database: permission denied for table predictions"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool.db", 10_000_000)
    made.extend((SECOND, None, b"record") for _ in range(3))
    yield made
    made.close()


def found(spool: Spool, after: int) -> list[Finding]:
    """What it says so many seconds after the records came."""
    return list(check_spool(spool.path.parent, spool.max_bytes, lambda: (after + 1) * SECOND))


def said(finding: Finding) -> str:
    return finding.text.to(Language.EN, **finding.values)


def test_records_that_wait_a_moment_are_no_problem(spool: Spool) -> None:
    (finding,) = found(spool, 10)
    assert (finding.health, said(finding)) == (Health.OK, "3 records wait")


def test_records_that_wait_long_are_said_and_with_a_reason_at_once(spool: Spool) -> None:
    (finding,) = found(spool, 400)
    assert finding.health is Health.PROBLEM
    assert said(finding).startswith("3 records have waited for 400 s → the database is away, or no")
    spool.tell("database: disk full")
    (finding,) = found(spool, 4)
    assert said(finding).startswith("3 records have waited for 4 s: database: disk full → ")


@pytest.mark.parametrize(("stuck", "records"), [(EVERYTHING, 3), (1, 1)])
def test_a_database_that_refuses_is_said_at_once(spool: Spool, stuck: int, records: int) -> None:
    spool.tell(NO_RIGHT, stuck)
    (finding,) = found(spool, 1)
    assert finding.health is Health.PROBLEM
    line = f"{records} of 3 records are refused by a database that answers: {NO_RIGHT} → "
    assert said(finding).startswith(line)
    spool.tell("")
    assert found(spool, 1)[0].health is Health.OK


def test_what_was_lost_is_a_warning_for_good(spool: Spool) -> None:
    with closing(sqlite3.connect(spool.path, isolation_level=None)) as other:
        other.execute("DELETE FROM records WHERE id = 2")
    _, finding = found(spool, 1)
    assert finding.health is Health.WARNING
    assert said(finding).startswith("1 accepted records have been lost so far → see")


def test_a_trouble_of_yesterday_is_none_once_nothing_waits(spool: Spool) -> None:
    spool.tell(NO_RIGHT, EVERYTHING)
    spool.remove([number for number, _ in spool.oldest(10).records])
    (finding,) = found(spool, 1)
    assert finding.health is Health.OK
