"""A database that holds everything up holds up nobody who need not ask it, and no stop."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
import requests
from sqlalchemy import Engine, text

from exporter.storage.engine import reading
from tests.databases import opened
from tests.integration.exporter_process import Exporter, seconds_to_stop, serving
from tests.retrainer import service
from tests.servers.ports import free_port
from tests.servers.process import Server
from tests.servers.proxy import proxied
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.integration
#: What SIGTERM may take, whatever the database does.
STOP_SECONDS = 8
NUMBERS = list(range(1, 16))
WHEN = "2024-01-30T12:00:00Z"
RESULT = {
    "game_type": "lotofacil",
    "draw_number": 3010,
    "winning_numbers": NUMBERS,
    "draw_date": str(date(2024, 1, 31)),
}
TABLES = ("predictions", "games", "models", "draws", "retraining_requests", "training_runs")
LOCKS = {
    "sqlite": "SELECT 1",  # in a transaction that writes
    "postgresql": f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE",
    "mysql": f"LOCK TABLES {', '.join(f'{name} WRITE' for name in TABLES)}",
}
#: Reading draws takes minutes where this stands in the place of their table.
SLOW = {
    "sqlite": "CREATE VIEW draws AS SELECT d.* FROM real_draws d, (WITH RECURSIVE c(n) AS ("
    "SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1e10) SELECT max(n) FROM c) AS slow",
    "postgresql": "CREATE VIEW draws AS SELECT d.* FROM real_draws d, pg_sleep(300) AS slow",
    "mysql": "CREATE VIEW draws AS SELECT d.* FROM real_draws d JOIN"
    " (SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b) AS slow",
}
SERVERS = [
    pytest.param("postgres_template", id="postgresql"),
    pytest.param("mariadb_template", id="mariadb"),
]
RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'active' AND pid <> pg_backend_pid()",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = database()"
    " AND command = 'Query' AND id <> connection_id()",
}


def ticket(key: str) -> dict[str, Any]:
    given = {"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}
    return given | {"predicted_at": WHEN, "draw_number": 3010, "idempotency_key": key}


@contextmanager
def locked(url: str) -> Iterator[None]:
    """The tables are another's for as long as this lasts."""
    with opened(url) as engine, engine.connect() as connection:
        connection.execution_options(sqlite_begin="IMMEDIATE")
        connection.exec_driver_sql(LOCKS[engine.dialect.name])
        yield
        connection.invalidate()


def count(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def running(engine: Engine) -> int:
    """How many statements of others the server runs; SQLite has none."""
    if engine.dialect.name == "sqlite":
        return 0
    with reading(engine) as connection:
        return int(connection.execute(text(RUNNING[engine.dialect.name])).scalar_one())


@contextmanager
def many_reading(exporter: Exporter, path: str) -> Iterator[list[requests.Response]]:
    """Eight clients that read, again and again; their answers."""
    stop, seen = Event(), list[requests.Response]()

    def read() -> None:
        while not stop.is_set():
            seen.append(exporter.get(path))

    with ThreadPoolExecutor(8) as clients:
        try:
            for _ in range(8):
                clients.submit(read)
            yield seen
        finally:
            stop.set()


def seconds(ask: Callable[[], requests.Response], *statuses: int) -> float:
    """How long the quickest of some answers took: a busy machine may hold up one or another."""
    taken = list[float]()
    for _ in range(5):
        begun = time.monotonic()
        answer = ask()
        taken.append(time.monotonic() - begun)
        assert answer.status_code in statuses, answer.text
    return sorted(taken)[len(taken) // 2]


def test_locked_tables_hold_up_who_reads_them_and_nobody_else(
    migrated_url: str, tmp_path: Path
) -> None:
    keys = iter(map(str, range(10_000)))
    accepted = list[str]()

    def post_one() -> requests.Response:
        accepted.append(next(keys))
        return exporter.post("/api/predictions", ticket(accepted[-1]))

    def post_many() -> requests.Response:
        some = [next(keys) for _ in range(3)]
        accepted.extend(some)
        return exporter.post("/api/predictions", list(map(ticket, some)))

    with opened(migrated_url) as engine, serving(tmp_path, migrated_url) as exporter:
        post_one()
        wait_until(lambda: count(engine, "predictions") == 1, what="the first one")
        only_writers = engine.dialect.name == "sqlite"  # its readers need no lock
        with locked(migrated_url), many_reading(exporter, "/api/predictions") as answers:
            wait_until(lambda: len(answers) >= 8, what="answers to who reads")
            assert seconds(lambda: exporter.get("/-/healthy"), 200) < 1
            assert seconds(lambda: exporter.get("/metrics"), 200) < 1
            assert seconds(post_one, 201) < 1
            assert seconds(post_many, 201) < 1
            assert seconds(lambda: exporter.post("/api/results", RESULT), 202) < 1
            assert {answer.status_code for answer in answers} == {200 if only_writers else 503}
        if not only_writers:
            assert answers[0].headers["Content-Type"] == "application/problem+json"
            assert int(answers[0].headers["Retry-After"]) > 0
        wait_until(lambda: count(engine, "predictions") == len(accepted), what="all of them")
        wait_until(lambda: count(engine, "draws") == 1, what="the result")
        assert exporter.get("/api/predictions").status_code == 200
        assert count(engine, "quarantine") == 0


def test_what_was_accepted_while_they_were_locked_outlives_a_stop(
    migrated_url: str, tmp_path: Path
) -> None:
    with opened(migrated_url) as engine:
        with serving(tmp_path, migrated_url) as exporter, locked(migrated_url):
            for key in range(10):
                exporter.post("/api/predictions", ticket(str(key)))
            assert exporter.post("/api/results", RESULT).status_code == 202
            with many_reading(exporter, "/api/predictions"):
                assert exporter.seconds_to_stop() < STOP_SECONDS
        with serving(tmp_path, migrated_url):
            wait_until(lambda: count(engine, "predictions") == 10, what="all of them")
            wait_until(lambda: count(engine, "draws") == 1, what="the result")


@contextmanager
def slow_draws(engine: Engine) -> Iterator[None]:
    """Reading draws takes minutes for as long as this lasts."""
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE draws RENAME TO real_draws")
        connection.exec_driver_sql(SLOW[engine.dialect.name])
    try:
        yield
    finally:
        wait_until(lambda: not running(engine), what="the end of all statements")
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP VIEW draws")
            connection.exec_driver_sql("ALTER TABLE real_draws RENAME TO draws")


def ended(exporter: Exporter, reason: str) -> float:
    return exporter.value(f'lotofacil_database_work_ended_total{{reason="{reason}"}}')


def works(engine: Engine, exporter: Exporter, computed: float) -> bool:
    """Whether the database is at work; SQLite works in the exporter, for so long by then."""
    if engine.dialect.name == "sqlite":
        return psutil.Process(exporter.server.pid).cpu_times().user > computed
    return bool(running(engine))


def leave(exporter: Exporter, path: str, when: Callable[[], object]) -> None:
    """Asks, and goes away without the answer."""
    host, port = exporter.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        wait_until(when, what="the statement")


def test_what_takes_too_long_is_ended_in_the_database_and_told(
    migrated_url: str, tmp_path: Path
) -> None:
    once = {"EXPORTER_REFRESH_SECONDS": "3600", "EXPORTER_REQUEST_SECONDS": "1"}
    with opened(migrated_url) as engine, serving(tmp_path, migrated_url, **once) as exporter:
        exporter.post("/api/results", RESULT)
        with slow_draws(engine):
            answer = exporter.get("/api/draws")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            why = "this took longer than 1 s and was ended; a shorter period takes less"
            assert answer.json()["detail"] == why
            assert ended(exporter, "deadline") == 1
            wait_until(lambda: not running(engine), what="the statement's end")
        assert exporter.get("/api/draws").status_code == 200


def test_what_nobody_waits_for_any_more_is_ended_in_the_database(
    migrated_url: str, tmp_path: Path
) -> None:
    once = {"EXPORTER_REFRESH_SECONDS": "3600", "EXPORTER_REQUEST_SECONDS": "600"}
    with opened(migrated_url) as engine, serving(tmp_path, migrated_url, **once) as exporter:
        exporter.post("/api/results", RESULT)
        with slow_draws(engine):
            computed = psutil.Process(exporter.server.pid).cpu_times().user + 0.5
            leave(exporter, "/api/draws", lambda: works(engine, exporter, computed))
            wait_until(lambda: ended(exporter, "client_left") == 1, what="its end")
            wait_until(lambda: not running(engine), what="the statement's end")


def test_a_stop_ends_what_the_database_is_busy_with(migrated_url: str, tmp_path: Path) -> None:
    once = {"EXPORTER_REFRESH_SECONDS": "3600", "EXPORTER_REQUEST_SECONDS": "600"}
    with opened(migrated_url) as engine, serving(tmp_path, migrated_url, **once) as exporter:
        exporter.post("/api/results", RESULT)
        with slow_draws(engine):
            leave(exporter, "/api/draws?page=1", lambda: True)
            with ThreadPoolExecutor(4) as clients:
                for _ in range(4):
                    clients.submit(exporter.get, "/api/draws")
                wait_until(
                    lambda: engine.dialect.name == "sqlite" or running(engine), what="statements"
                )
                assert exporter.seconds_to_stop() < STOP_SECONDS


@pytest.mark.parametrize("migrated_url", SERVERS, indirect=True)
@pytest.mark.parametrize("durable", ["true", "false"])
def test_a_database_that_says_nothing_any_more_holds_up_no_stop(
    migrated_url: str, tmp_path: Path, durable: str
) -> None:
    """A file answers always."""
    with opened(migrated_url) as engine:
        assert engine.url.port
        with proxied(engine.url.port) as proxy:
            address, settings = proxy.through(migrated_url), {"SPOOL_DURABLE": durable}
            with serving(tmp_path, address, **settings) as exporter:
                proxy.silence()
                for key in range(10):
                    body = ticket(str(key))
                    if durable == "false":
                        body.pop("idempotency_key")
                    assert exporter.post("/api/predictions", body).status_code == 201
                with ThreadPoolExecutor(4) as clients:
                    for _ in range(4):
                        clients.submit(exporter.get, "/api/predictions")
                    assert exporter.seconds_to_stop() < STOP_SECONDS
            proxy.mend()
        with serving(tmp_path, migrated_url):
            wait_until(lambda: count(engine, "predictions") == 10, what="all of them")


def test_a_retrainer_stops_in_time_and_so_does_its_training(
    migrated_url: str, tmp_path: Path
) -> None:
    command = "sh -c 'exec sleep 300' {output} {game} {version}"
    settings = service.environment(tmp_path, migrated_url, RETRAINER_COMMAND=command)
    retrainer = service.start(tmp_path, settings)
    try:
        retrainer.retrain(force=True)
        wait_until(lambda: retrainer.seen()["runs"], what="the training")
        (child,) = wait_until(
            lambda: psutil.Process(retrainer.server.pid).children(), what="its process"
        )
        with locked(migrated_url):
            assert requests.get(f"{retrainer.url}/-/healthy", timeout=60).status_code == 200
            body = {"game": "lotofacil"}
            asked = requests.post(f"{retrainer.url}/retrain", json=body, timeout=60)
            assert (asked.status_code, asked.headers["Retry-After"]) == (503, "5")
            assert seconds_to_stop(retrainer.server) < STOP_SECONDS
            assert not child.is_running()
    finally:
        retrainer.server.kill()


#: Held by whoever migrates.
MIGRATING = {
    "postgresql": f"SELECT pg_advisory_lock({0x6C6F746F})",
    "mysql": "SELECT GET_LOCK('lotofacil_migrations', 5)",
}


@pytest.mark.parametrize("kind", ["postgres_url", "mariadb_url"])
@pytest.mark.parametrize("command", [["exporter.cli", "serve"], ["retrainer"]])
def test_who_waits_for_a_migration_stops_in_time(
    kind: str, command: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind)
    ports = {name: str(free_port()) for name in ("EXPORTER_PORT", "RETRAINER_PORT")}
    with opened(url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(MIGRATING[engine.dialect.name])
        server = Server(
            [sys.executable, "-m", *command],
            tmp_path / "log",
            environment=service.environment(tmp_path, url, **ports),
            folder=tmp_path,
        )
        try:
            wait_until(lambda: running(engine), what="somebody who waits")
            assert seconds_to_stop(server) < STOP_SECONDS
        finally:
            server.kill()
