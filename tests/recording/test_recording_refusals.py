"""Databases that answer and refuse: what can be stored is, the rest waits or is quarantined."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.moments import SECOND
from exporter.domain.predictions import Failure
from exporter.recording.journal import RETRY_SECONDS
from exporter.storage import migrate, schema
from exporter.storage.engine import reading, writing
from exporter.storage.schema import quarantine
from tests.databases import migrated, opened
from tests.servers.waiting import wait_until
from tests.standby import read_only_mariadb, read_only_postgres
from tests.storage.records import MONDAY, ticket

REFUSING_TRIGGERS = {
    "sqlite": [
        """CREATE TRIGGER picky BEFORE INSERT ON predictions WHEN substr(NEW.key, 1, 3) = 'bad'
        BEGIN SELECT RAISE(ABORT, 'not this one'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'not this one'; END $$""",
        """CREATE TRIGGER picky BEFORE INSERT ON predictions FOR EACH ROW
            WHEN (substr(NEW.key, 1, 3) = 'bad') EXECUTE FUNCTION refuse()""",
    ],
    "mysql": [
        """CREATE TRIGGER picky BEFORE INSERT ON predictions FOR EACH ROW
        IF substr(NEW.`key`, 1, 3) = 'bad' THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one';
        END IF"""
    ],
}


@dataclass
class Clock:
    """Microseconds that a test moves on."""

    micros: int = MONDAY

    def __call__(self) -> int:
        return self.micros

    def wait_for_the_next_try(self) -> None:
        self.micros += RETRY_SECONDS * SECOND


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.recording.courier.MAX_PAUSE_SECONDS", 0.2)


@contextmanager
def application(url: str, folder: Path, clock: Clock, **more: object) -> Iterator[Application]:
    settings = {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder, **more}
    made = build(load_settings(settings), clock)
    try:
        yield made
    finally:
        made.close()


def predict(app: Application, *keys: str, metadata: str | None = None) -> None:
    """Accepts one prediction for each key, all at once."""
    tickets = (ticket(key, MONDAY) for key in keys)
    app.intake.accept_all([one._replace(metadata=metadata) for one in tickets])


def run(engine: Engine, *statements: str) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def stored(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(connection.execute(select(schema.predictions.c.key)).scalars())


def quarantined(engine: Engine) -> Sequence[str]:
    with reading(engine) as connection:
        return connection.execute(select(quarantine.c.reason)).scalars().all()


def wait_for_all(app: Application) -> None:
    wait_until(lambda: app.intake.state().records == 0)


def is_stuck(app: Application, count: int) -> bool:
    return app.intake.state().stuck == count


def test_a_missing_column_holds_everything_up_until_it_is_back(
    migrated_url: str, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with application(migrated_url, tmp_path, clock) as app, opened(migrated_url) as engine:
        predict(app, "a")
        wait_for_all(app)
        run(engine, "ALTER TABLE predictions RENAME COLUMN metadata TO renamed")
        try:
            predict(app, "b", "c", "d")
            wait_until(lambda: is_stuck(app, 3))
            wait_until(lambda: "batch_refused" in caplog.text)
            assert "metadata" in app.intake.state().why
            assert any(one.levelname == "ERROR" and "metadata" in one.msg for one in caplog.records)
        finally:
            run(engine, "ALTER TABLE predictions RENAME COLUMN renamed TO metadata")
        wait_for_all(app)
        assert (app.intake.state().stuck, app.intake.state().why) == (0, "")
        assert (stored(engine), quarantined(engine)) == (["a", "b", "c", "d"], [])


@dataclass(frozen=True)
class Writer:
    """A user who may write until the right is taken: its address, and how that is done."""

    url: str
    owner: Engine
    take: str
    give: str


@pytest.fixture
def postgres_writer(postgres_url: str) -> Iterator[Writer]:
    name = f"writer_{uuid4().hex[:8]}"
    url = postgres_url.replace("//tester@", f"//{name}@")
    rights = "INSERT ON predictions"
    with opened(migrated(postgres_url)) as owner:
        run(owner, f"CREATE ROLE {name} LOGIN")
        for what in ("TABLES", "SEQUENCES"):
            run(owner, f"GRANT ALL ON ALL {what} IN SCHEMA public TO {name}")
        yield Writer(url, owner, f"REVOKE {rights} FROM {name}", f"GRANT {rights} TO {name}")
        run(owner, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.fixture
def mariadb_writer(mariadb_url: str) -> Iterator[Writer]:
    name, database = f"writer_{uuid4().hex[:8]}", urlsplit(mariadb_url).path[1:]
    url = mariadb_url.replace("//root@", f"//{name}@")
    rights = f"INSERT ON {database}.predictions"
    with opened(migrated(mariadb_url)) as owner:
        run(owner, f"CREATE USER {name}")
        for table in (*schema.METADATA.tables, "alembic_version"):
            run(owner, f"GRANT ALL ON {database}.{table} TO {name}")
        yield Writer(url, owner, f"REVOKE {rights} FROM {name}", f"GRANT {rights} TO {name}")
        run(owner, f"DROP USER {name}")


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["postgres_writer", "mariadb_writer"])
def test_a_missing_right_holds_everything_up_until_it_is_given_back(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, clock: Clock
) -> None:
    writer: Writer = request.getfixturevalue(kind)
    with application(writer.url, tmp_path, clock) as app:
        predict(app, "a")
        wait_for_all(app)
        run(writer.owner, writer.take)
        predict(app, "b", "c")
        wait_until(lambda: is_stuck(app, 2))
        assert "denied" in app.intake.state().why
        run(writer.owner, writer.give)
        wait_for_all(app)
    assert (stored(writer.owner), quarantined(writer.owner)) == (["a", "b", "c"], [])


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_standby_refuses_at_once_and_gets_everything_once_it_is_promoted(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, clock: Clock
) -> None:
    url = migrated(request.getfixturevalue(f"{kind}_url"))
    made = {"postgres": read_only_postgres, "mariadb": read_only_mariadb}[kind]
    keys = [f"{n:03}" for n in range(100)]
    with made(url) as standby, application(standby.url, tmp_path, clock) as app:
        assert app.snapshots.take().is_up, "it is read as ever"
        predict(app, *keys)
        wait_until(lambda: is_stuck(app, 100))
        assert "read" in app.intake.state().why
        wait_until(lambda: app.intake.counts.flush_failures > 5)
        assert is_stuck(app, 100)
        standby.promote()
        wait_for_all(app)
    with opened(url) as engine:
        assert (stored(engine), quarantined(engine)) == (keys, [])


@pytest.mark.integration
def test_records_of_a_table_without_rights_wait_apart_and_hold_no_other_up(
    postgres_writer: Writer, tmp_path: Path, clock: Clock
) -> None:
    failures = "INSERT ON prediction_failures"
    name = urlsplit(postgres_writer.url).username
    run(postgres_writer.owner, f"REVOKE {failures} FROM {name}")
    with application(postgres_writer.url, tmp_path, clock) as app:
        failed = [Failure(key, "lotofacil", "v1", "model", MONDAY, None, "no") for key in "fg"]
        predictions = [ticket(key, MONDAY) for key in ("a", "b", "c")]
        app.intake.accept_all([failed[0], *predictions[:2], failed[1], predictions[2]])
        wait_until(lambda: is_stuck(app, 2))
        assert app.intake.state().records == 2
        predict(app, "d")
        wait_until(lambda: "d" in stored(postgres_writer.owner))
        run(postgres_writer.owner, f"GRANT {failures} TO {name}")
        clock.wait_for_the_next_try()
        wait_for_all(app)
    assert (stored(postgres_writer.owner), quarantined(postgres_writer.owner)) == (list("abcd"), [])


def test_a_record_that_alone_is_refused_goes_to_quarantine(
    migrated_url: str, tmp_path: Path, clock: Clock
) -> None:
    with application(migrated_url, tmp_path, clock) as app, picky(migrated_url) as engine:
        keys = [f"good {n}" for n in range(20)]
        predict(app, *keys[:7], "bad 1", *keys[7:], "bad 2")
        wait_for_all(app)
        assert stored(engine) == sorted(keys)
        assert len(quarantined(engine)) == 2
        assert all("not this one" in reason for reason in quarantined(engine))


def test_a_record_that_is_refused_waits_while_there_is_no_other_to_judge_by(
    migrated_url: str, tmp_path: Path, clock: Clock
) -> None:
    with application(migrated_url, tmp_path, clock) as app, picky(migrated_url) as engine:
        predict(app, "bad 1")
        wait_until(lambda: is_stuck(app, 1))
        assert quarantined(engine) == []
        predict(app, "good")
        wait_for_all(app)
        assert (stored(engine), len(quarantined(engine))) == (["good"], 1)


@contextmanager
def picky(url: str) -> Iterator[Engine]:
    """The database while it refuses predictions whose key begins with `bad`."""
    with opened(url) as engine:
        run(engine, *REFUSING_TRIGGERS[engine.dialect.name])
        try:
            yield engine
        finally:
            _drop_triggers(engine)


def _drop_triggers(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        run(engine, "DROP FUNCTION refuse CASCADE")
    else:
        run(engine, "DROP TRIGGER picky")


@pytest.fixture
def small_packets(mariadb_url: str) -> Iterator[Engine]:
    """A MariaDB that takes at most 64 KB at once."""
    with opened(migrated(mariadb_url)) as engine:
        usual = _packet(engine)
        run(engine, "SET GLOBAL max_allowed_packet = 65536")
        yield engine
        run(engine, f"SET GLOBAL max_allowed_packet = {usual}")


def _packet(engine: Engine) -> int:
    with reading(engine) as connection:
        found = connection.exec_driver_sql("SELECT @@global.max_allowed_packet")
        return int(found.scalar_one())


@pytest.mark.integration
def test_a_batch_that_is_too_large_is_stored_in_parts(
    small_packets: Engine, mariadb_url: str, tmp_path: Path, clock: Clock
) -> None:
    keys = [f"{n:03}" for n in range(300)]
    with application(mariadb_url, tmp_path, clock) as app:
        predict(app, *keys, metadata='{"n":"' + "x" * 1000 + '"}')
        wait_for_all(app)
    assert (stored(small_packets), quarantined(small_packets)) == (keys, [])


@pytest.mark.integration
def test_a_record_that_fits_nowhere_waits_apart_until_it_fits(
    small_packets: Engine, mariadb_url: str, tmp_path: Path, clock: Clock
) -> None:
    with application(mariadb_url, tmp_path, clock) as app:
        predict(app, "large", metadata='{"n":"' + "x" * 65_500 + '"}')
        predict(app, "a", "b")
        wait_until(lambda: stored(small_packets) == ["a", "b"])
        wait_until(lambda: is_stuck(app, 1))
        assert app.intake.state().records == 1
        run(small_packets, "SET GLOBAL max_allowed_packet = 16777216")
        app.engine.dispose()
        clock.wait_for_the_next_try()
        wait_for_all(app)
    assert (stored(small_packets), quarantined(small_packets)) == (["a", "b", "large"], [])


def test_a_full_database_is_waited_for_and_nothing_is_quarantined(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    """Every record is tried: the ones that would still fit must not blame the others."""
    limits = [0]

    def limit(connection: Any, _: object) -> None:
        if limits[0]:
            connection.execute(f"PRAGMA max_page_count = {limits[0]}")

    with application(migrated(sqlite_url), tmp_path, clock) as app, opened(sqlite_url) as engine:
        event.listen(app.engine, "connect", limit)
        with reading(engine) as connection:
            limits[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 3
        keys = [f"{n:03}" for n in range(100)]
        predict(app, *keys, metadata='{"n":"' + "x" * 1000 + '"}')
        wait_until(lambda: app.intake.counts.flush_failures > 5)
        assert "full" in app.intake.state().why
        assert (app.intake.state().records, app.intake.state().stuck) == (100, 0)
        limits[0] = 10_000
        app.engine.dispose()
        wait_for_all(app)
        assert (stored(engine), quarantined(engine)) == (keys, [])


@pytest.mark.integration
def test_a_database_that_was_made_anew_gets_its_schema(
    postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    with application(postgres_url, tmp_path, clock) as app, opened(postgres_url) as engine:
        predict(app, "a")
        wait_for_all(app)
        run(engine, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        predict(app, "b")
        wait_for_all(app)
        assert (stored(engine), quarantined(engine)) == (["b"], [])


def test_the_schema_of_a_newer_version_is_waited_with(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    with opened(migrated(sqlite_url)) as engine:
        known = migrate.head()
        run(engine, "UPDATE alembic_version SET version_num = '9999'")
        with application(sqlite_url, tmp_path, clock) as app:
            predict(app, "a", "b")
            wait_until(lambda: is_stuck(app, 2))
            assert "schema is not known" in app.intake.state().why
            run(engine, f"UPDATE alembic_version SET version_num = '{known}'")
            wait_for_all(app)
        assert (stored(engine), quarantined(engine)) == (["a", "b"], [])
