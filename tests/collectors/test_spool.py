"""What the page says of the spool: a real loss, and that it stays known."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.app import build
from exporter.collectors import spool
from exporter.config import load_settings

AWAY = "postgresql://nobody@127.0.0.1:1/nowhere"


def page(folder: Path, records: int) -> dict[str, float]:
    """The figures of a process that records so many, while the database is away."""
    app = build(load_settings({"DATABASE_URL": AWAY, "LOTOFACIL_DATA_DIR": folder}))
    for _ in range(records):
        app.metrics.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1")
    waiting = spool.Waiting.of(app.intake, 0)
    samples = [one for family in spool.COLLECTOR.collect(waiting) for one in family.samples]
    app.close()
    return {sample.name: sample.value for sample in samples}


@pytest.mark.parametrize("statement", ["DELETE FROM records WHERE id <= 2", None])
def test_records_that_vanish_are_counted_on_the_page_after_restarts_too(
    tmp_path: Path, statement: str | None
) -> None:
    assert page(tmp_path, 3)["lotofacil_spool_dropped_total"] == 0
    file = tmp_path / "spool.db"
    if statement is None:
        file.unlink()
        lost = 3
    else:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute(statement)
        lost = 2
    for _ in range(2):
        seen = page(tmp_path, 1)
        assert seen["lotofacil_spool_dropped_total"] == lost
    assert seen["lotofacil_spool_records"] == 3 - lost + 2
