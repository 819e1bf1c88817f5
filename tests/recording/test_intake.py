"""What was accepted arrives exactly once: after kill -9, outages, stops, full disks, in a crowd."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import ConflictingKey, Fate, Fates
from exporter.domain.predictions import Failure, InvalidPrediction
from exporter.recording.envelopes import Quarantined, Record, SpooledResult
from exporter.recording.intake import Intake
from exporter.recording.spool import Spool
from exporter.recording.spool_file import SpoolFull
from exporter.storage import schema
from exporter.storage.engine import create_engine_for, reading
from tests.databases import opened
from tests.recording.destinations import Deaf
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import Proxy, proxied
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

FIRST = list(range(1, 16))
KILLED = """
import os, signal, sys
from exporter.app import build
from exporter.config import load_settings
app = build(load_settings())
for n in range(int(sys.argv[1])):
    app.metrics.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1", metadata={"n": n})
os.kill(os.getpid(), signal.SIGKILL)
"""
WRITER = """
import sys
from exporter.app import build
from exporter.config import load_settings
app = build(load_settings())
keys = [f"{sys.argv[1]}-{n}" if n % 4 else f"shared-{n}" for n in range(int(sys.argv[2]))]
for key in keys[::2]:
    app.metrics.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1", idempotency_key=key)
items = [dict(game_type="lotofacil", numbers=list(range(1, 16)), confidence=0.6,
    model_version="v1", idempotency_key=key) for key in keys[1::2]]
app.metrics.record_predictions(items)
app.close()
"""


@contextmanager
def application(url: str, folder: Path, **more: object) -> Iterator[Application]:
    settings = {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder, **more}
    made = build(load_settings(settings))
    try:
        yield made
    finally:
        made.close()


def run(script: str, url: str, folder: Path, *arguments: object) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": str(folder)}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, cwd=folder)


def predict(app: Application, count: int, start: int = 0) -> None:
    for n in range(start, start + count):
        app.metrics.record_prediction("lotofacil", FIRST, 0.6, "v1", metadata={"n": n})


def stored(url: str) -> tuple[list[str], int]:
    """Metadata of the raw predictions, and the lifetime total."""
    with opened(url) as engine, reading(engine) as connection:
        raw = connection.execute(select(schema.predictions.c.metadata)).scalars()
        t = schema.totals.c
        total = select(t.value).where(t.measure == "predictions")
        return sorted(map(str, raw)), sum(connection.execute(total).scalars())


def numbered(count: int) -> tuple[list[str], int]:
    return sorted(f'{{"n":{n}}}' for n in range(count)), count


def test_kill_9_right_after_recording_loses_nothing(migrated_url: str, tmp_path: Path) -> None:
    child = run(KILLED, migrated_url, tmp_path, 50)
    assert child.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    with application(migrated_url, tmp_path) as app:
        app.metrics.start()
        wait_until(lambda: app.intake.state().records == 0)
        assert app.intake.state().lost == 0
    assert stored(migrated_url) == numbered(50)


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    """A way to PostgreSQL that can be cut."""
    with proxied(urlsplit(postgres_server.url).port or 0) as made:
        yield made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.recording.courier.MAX_PAUSE_SECONDS", 0.3)


@pytest.mark.integration
@pytest.mark.usefixtures("quick")
def test_an_outage_costs_delay_and_no_records(
    postgres_url: str, proxy: Proxy, tmp_path: Path
) -> None:
    with application(proxy.through(postgres_url), tmp_path) as app:
        predict(app, 5)
        assert app.metrics.flush()
        proxy.cut()
        predict(app, 5, start=5)
        wait_until(lambda: app.intake.counts.flush_failures > 1)
        assert app.intake.state().records == 5
        proxy.mend()
        wait_until(lambda: app.intake.state().records == 0)
    assert stored(postgres_url) == numbered(10)


@pytest.mark.integration
@pytest.mark.parametrize("durable", [True, False])
def test_a_stop_while_the_database_is_away_keeps_the_records(
    postgres_url: str, proxy: Proxy, tmp_path: Path, durable: bool
) -> None:
    url = proxy.through(postgres_url)
    proxy.cut()
    with application(url, tmp_path, SPOOL_DURABLE=durable) as app:
        predict(app, 20)
    proxy.mend()
    with application(url, tmp_path) as app:
        assert app.intake.state().records == 20
        assert app.metrics.flush()
    assert stored(postgres_url) == numbered(20)


def _fill(app: Application) -> int:
    """Records until the spool is full; how many were accepted."""
    for count in range(100_000):
        try:
            predict(app, 1, start=count)
        except SpoolFull:
            return count
    raise AssertionError("never full")


@pytest.mark.integration
def test_a_full_spool_refuses_and_loses_nothing(
    postgres_url: str, proxy: Proxy, tmp_path: Path
) -> None:
    proxy.cut()
    url = proxy.through(postgres_url)
    with application(url, tmp_path, SPOOL_MAX_SIZE="300KB") as app:
        accepted = _fill(app)
        assert app.intake.counts.refused == 1
        assert app.intake.state().records == accepted
        proxy.mend()
        assert app.metrics.flush()
        predict(app, 1, start=accepted)
        assert app.metrics.flush()
    assert stored(postgres_url) == numbered(accepted + 1)


def test_many_processes_and_threads_lose_and_double_nothing(
    migrated_url: str, tmp_path: Path
) -> None:
    """Two processes and four threads, a quarter of the keys shared by all."""
    each, writers = 40, 2
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    children = [run(WRITER, migrated_url, f, f.name, each) for f in folders]
    with application(migrated_url, tmp_path) as app, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: _record_keys(app, "three", each), range(4)))
    assert [child.wait(PATIENCE_SECONDS) for child in children] == [0] * writers
    for folder in folders:
        with application(migrated_url, folder) as app:
            assert app.metrics.flush()
    shared = each // 4
    raw, total = stored(migrated_url)
    assert len(raw) == total == shared + 3 * (each - shared)


def _record_keys(app: Application, name: str, each: int) -> None:
    for n in range(each):
        key = f"{name}-{n}" if n % 4 else f"shared-{n}"
        app.metrics.record_prediction("lotofacil", FIRST, 0.6, "v1", idempotency_key=key)


def test_one_key_of_many_threads_is_one_record(sqlite_url: str, tmp_path: Path) -> None:
    with application(sqlite_url, tmp_path) as app, ThreadPoolExecutor(8) as threads:
        record: Callable[[int], object] = lambda _: _record_keys(app, "a", 8)  # noqa: E731
        list(threads.map(record, range(16)))
    assert stored(sqlite_url)[1] == 8


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that interrupt each other at every turn."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_no_two_results_are_of_the_same_moment(sqlite_url: str, tmp_path: Path) -> None:
    """The clock stands still: what tells them apart is the tracker's own."""
    each, threads = 2000, 8
    settings = load_settings({"DATABASE_URL": sqlite_url, "LOTOFACIL_DATA_DIR": tmp_path})
    tracker = build(settings, lambda: 1).tracker
    with ThreadPoolExecutor(threads) as pool:
        moments = list(pool.map(lambda _: tracker._moment(), range(each * threads)))
    assert len(set(moments)) == len(moments)


def test_what_is_accepted_after_a_stop_is_delivered_too(sqlite_url: str, tmp_path: Path) -> None:
    with application(sqlite_url, tmp_path, SPOOL_DURABLE=False) as app:
        predict(app, 1)
        app.metrics.stop()
        predict(app, 1, start=1)
        assert app.metrics.is_running()
    assert stored(sqlite_url) == numbered(2)


def test_unreadable_records_go_to_quarantine_one_by_one(sqlite_url: str, tmp_path: Path) -> None:
    with application(sqlite_url, tmp_path) as app:
        spool = app.intake._spool
        spool.extend((1, None, body) for body in (b"garbage", b"\xff\xff"))
        predict(app, 1)
        assert app.metrics.flush()
        assert isinstance(app.intake, Intake)
    engine = create_engine_for(sqlite_url)
    with reading(engine) as connection:
        kept = connection.execute(select(schema.quarantine.c.body)).scalars().all()
    engine.dispose()
    assert sorted(kept) == sorted([b"garbage".hex(), "ffff"])
    assert stored(sqlite_url) == numbered(1)


class Refusing(Deaf):
    """A destination that breaks on some records and takes the others."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.taken: list[Record] = []

    def deliver(self, records: Sequence[Record]) -> Fates:
        for record in records:
            if isinstance(record, Failure) and record.key in self.refused:
                raise KeyError(record.key)
        self.taken += records
        return Fates(len(records))

    def keys(self) -> list[str]:
        return [one.key for one in self.taken if isinstance(one, Failure)]


def failure(key: str) -> Failure:
    return Failure(key, "lotofacil", "v1", "model", 1, None, "no ticket")


@contextmanager
def intake(
    folder: Path, destination: Refusing, max_bytes: int = 10_000_000, **more: Any
) -> Iterator[Intake]:
    spool = Spool(folder / "spool.db", max_bytes)
    made = Intake(spool, destination, KNOWN_GAMES, lambda: 1, **more)
    try:
        yield made
    finally:
        made.courier.stop()
        spool.close()


@pytest.mark.usefixtures("quick")
def test_delivery_goes_on_after_the_spool_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError("the disk is full")

    destination = Refusing()
    with intake(tmp_path, destination) as made:
        with monkeypatch.context() as patched:
            patched.setattr(made._spool, "remove", full)
            made.accept(failure("first"))
            wait_until(lambda: made.counts.flush_failures > 0)
            assert not made.courier.flush()
        made.accept(failure("second"))
        wait_until(lambda: made.state().records == 0)
        assert made.courier.attempts.is_running()
    assert set(destination.keys()) == {"first", "second"}


@pytest.mark.parametrize("durable", [True, False])
def test_one_refused_record_goes_to_quarantine_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    destination = Refusing("broken")
    with intake(tmp_path, destination, durable=durable) as made:
        monkeypatch.setattr(made.courier, "start", lambda: None)  # all are delivered at once
        for key in ("first", "broken", "last"):
            made.accept(failure(key))
        assert made.courier.flush()
        assert made.state().records == 0
    assert destination.keys() == ["first", "last"]
    assert sum(isinstance(one, Quarantined) for one in destination.taken) == 1


class Refilling(Refusing):
    """A destination during whose work another record is always accepted."""

    intake: Intake | None = None

    def deliver(self, records: Sequence[Record]) -> Fates:
        if self.intake:
            self.intake.accept(failure(f"meanwhile {len(self.taken)}"))
        return super().deliver(records)


def test_records_that_keep_coming_hold_up_neither_a_flush_nor_what_waits_on_disk(
    tmp_path: Path,
) -> None:
    destination = Refilling()
    with intake(tmp_path, destination, durable=False, batch_size=10) as made:
        made.accept(failure("on disk"), key="k")
        destination.intake = made
        made.accept(failure("in memory"))
        assert made.courier.flush()
        assert {"on disk", "in memory"} <= set(destination.keys())
        made.courier.stop()
        destination.intake = None
        assert made.state().records == 1, "what came during the stop is kept on disk"


@pytest.mark.parametrize("batch_size", [1, 10, 1000])
def test_one_flush_delivers_large_records_too(tmp_path: Path, batch_size: int) -> None:
    destination = Refusing()
    with intake(tmp_path, destination, batch_size=batch_size, max_bytes=100_000_000) as made:
        large = [failure(str(n))._replace(error="x" * 2_000_000) for n in range(10)]
        made.accept_all(large)
        assert made.courier.flush()
        assert made.state().records == 0
    assert destination.taken == large


def test_relaxed_or_not_results_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = Refusing()
    told = SpooledResult("lotofacil", 3000, 1, "1", {}, "test", 1, "k")
    mistaken = Quarantined("result", "lotofacil", "3000", "outside", "{}", 2)
    later = told._replace(accepted_at=3, key=None)
    with intake(tmp_path, destination, durable=False) as made:
        monkeypatch.setattr(made.courier, "start", lambda: None)
        made.accept(told, key="k")
        made.accept(mistaken)
        made.accept(later)
        assert made.state().records == 3
        made.courier.flush()
    assert destination.taken == [told, mistaken, later]


@pytest.mark.parametrize("days", [0, -5, 36_501, 10**14, 1.5, True])
def test_days_that_keep_nothing_or_more_than_there_is_are_refused(
    sqlite_url: str, tmp_path: Path, days: Any
) -> None:
    with application(sqlite_url, tmp_path) as app:
        folder = tmp_path / "backups"
        calls = (
            app.metrics.cleanup_old_data,
            app.tracker.cleanup_old_data,
            lambda given: app.metrics.backup_data(folder, retention_days=given),
        )
        for call in calls:
            with pytest.raises(ValueError, match="is not a whole number of days from 1 to 36500"):
                call(days)
        assert not folder.exists()


def test_a_key_is_kept_with_a_result_that_waits(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away: the same again waits once, another one is told at once."""
    numbers, others = list(range(1, 16)), list(range(11, 26))
    with application(sqlite_url, tmp_path) as app:
        monkeypatch.setattr(app.intake.courier, "flush", lambda: False)
        monkeypatch.setattr(app.intake.courier, "start", lambda: None)

        def told(winning: list[int]) -> Fate | None:
            day = "2024-01-31"
            return app.tracker.record_result("lotofacil", 1, winning, day, idempotency_key="k")

        assert told(numbers) is told(numbers) is None
        assert app.intake.state().records == 1
        with pytest.raises(ConflictingKey):
            told(others)
        app.metrics.record_prediction("lotofacil", numbers, idempotency_key="k")  # its own keys
        monkeypatch.undo()
        assert told(numbers) is Fate.REPEATED
        with pytest.raises(ConflictingKey):
            told(others)
        assert app.metrics.find("k") is not None


def test_an_error_with_half_a_character_is_kept(sqlite_url: str, tmp_path: Path) -> None:
    """As file names have them that are no UTF-8."""
    with application(sqlite_url, tmp_path) as app:
        app.metrics.record_failure("lotofacil", "no such file: 'caf\udce9'\0", "v1")
        assert app.metrics.flush()
        with reading(app.engine) as connection:
            (error,) = connection.execute(select(schema.failures.c.error)).scalars()
    assert error == "no such file: 'caf?'\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("text", [" v1", "v1 ", " "])
def test_a_blank_at_an_end_is_refused_by_name(text: str, sqlite_url: str, tmp_path: Path) -> None:
    """MySQL would take "v1" and "v1 " for the same."""
    with application(sqlite_url, tmp_path) as app:
        for field in ("model_version", "idempotency_key"):
            given: dict[str, Any] = {"game_type": "lotofacil", "numbers": FIRST, field: text}
            with pytest.raises(InvalidPrediction, match=f"{field}: '{text}' begins or ends with"):
                app.metrics.record_prediction(**given, strict=True)
            refused = app.metrics.record_predictions([given]).refused
            assert "begins or ends with a blank" in str(refused[0])
        app.metrics.record_prediction("lotofacil", FIRST, model_version="v 1", strict=True)


def test_another_result_under_a_key_is_kept_when_the_first_is_delivered_in_between(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not judged against the first one, so it must reach the database that has that."""
    with application(sqlite_url, tmp_path) as app:
        flush, waiting = app.intake.courier.flush, app.intake.journal.find
        monkeypatch.setattr(app.intake.courier, "flush", lambda: False)
        monkeypatch.setattr(app.intake.courier, "start", lambda: None)
        app.tracker.record_result("lotofacil", 1, FIRST, "2024-01-31", idempotency_key="k")
        monkeypatch.setattr(app.intake.journal, "find", lambda *key: flush() and waiting(*key))
        app.tracker.record_result("lotofacil", 2, FIRST, "2024-02-01", idempotency_key="k")
        assert app.intake.state().records == 1
        monkeypatch.undo()
        assert app.metrics.flush()
    with opened(sqlite_url) as engine, reading(engine) as connection:
        assert connection.execute(select(schema.draws.c.number)).scalars().all() == [1]
        assert connection.execute(select(schema.quarantine.c.key)).scalars().all() == ["2"]


def test_a_result_does_not_overtake_one_that_waits(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(sqlite_url, tmp_path) as app:
        monkeypatch.setattr(app.intake.courier, "flush", lambda: False)
        assert app.tracker.record_result("lotofacil", 1, FIRST, "2024-01-31") is None
        monkeypatch.undo()
        wait_until(lambda: app.intake.state().records == 0)
        again = app.tracker.record_result("lotofacil", 1, FIRST, "2024-01-31")
        assert again is Fate.REPEATED
