"""What a batch pays for mending while nothing waits to be mended."""

from typing import Any

from sqlalchemy import Engine, event, text

from exporter.storage.engine import writing
from exporter.storage.quarantine import keep, mend_predictions, waiting
from tests.databases import migrated, opened


def test_one_look_that_passes_over_what_was_mended(sqlite_url: str) -> None:
    """SQLite, without statistics, would rather read every record of the kind."""
    sent: list[str] = []

    def watch(_: object, __: object, statement: str, *___: Any) -> None:
        sent.append(statement)

    with opened(migrated(sqlite_url)) as engine, writing(engine) as connection:
        event.listen(engine, "before_cursor_execute", watch)
        mend_predictions(connection, "lotofacil", ["a", "b"], now=1)
        event.remove(engine, "before_cursor_execute", watch)
        (look,) = sent
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {look}")).all()
    assert "ix_quarantine_mended_at" in str(plan)


def test_any_number_of_keys_mends_its_own(engine: Engine) -> None:
    with writing(engine) as connection:
        for game in ("lotofacil", "unknown", "quina"):
            keep(connection, "prediction", game, f"of {game}", "no", "{}", 1)
        keep(connection, "result", "lotofacil", "7", "no", "{}", 1)
        keys = [*(str(n) for n in range(1200)), "of unknown", "of quina", "of lotofacil"]
        mend_predictions(connection, "lotofacil", keys, now=2)
        assert waiting(connection) == {("quina", "prediction"): 1, ("lotofacil", "result"): 1}
