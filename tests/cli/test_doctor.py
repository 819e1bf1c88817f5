"""`lotofacil doctor`: set-ups are broken for real, and one line names the cause and the remedy."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from exporter.cli import main
from tests.databases import migrated, opened
from tests.retrainer import service
from tests.servers.disk import mounted
from tests.servers.ports import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.process import PROJECT, Server
from tests.servers.waiting import answers, wait_until
from tests.standby import read_only_mariadb, read_only_postgres

DATABASES = {"sqlite": "sqlite_url", "postgresql": "postgres_url", "mariadb": "mariadb_url"}


@dataclass
class Ground:
    """Where a set-up is made: its folder, its settings, and what ends before its servers do."""

    folder: Path
    fixture: Callable[[str], Any]
    stack: ExitStack
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def database(self, kind: str = "sqlite") -> str:
        """The settings' database from now on, empty and with the newest schema."""
        self.settings["DATABASE_URL"] = migrated(self.fixture(DATABASES[kind]))
        return self.settings["DATABASE_URL"]

    def execute(self, *statements: str) -> None:
        with opened(self.settings["DATABASE_URL"]) as engine, engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def serve(self, url: str, path: str = "/-/ready", **settings: str) -> None:
        """An exporter, as it is started with these settings; it answers at this address."""
        self.settings |= settings
        command = [sys.executable, "-m", "exporter.cli", "serve"]
        where = os.environ | self.settings | {"PYTHONPATH": str(PROJECT)}
        log = self.folder / "serve.log"
        server = Server(command, log, environment=where, folder=self.folder)
        self.stack.callback(server.stop)
        server.wait_until_ready(lambda: answers(f"{url}{path}"))

    def doctor(self, set_up: Callable[["Ground"], None]) -> Result:
        """What the doctor says while the set-up is as broken as this makes it."""
        with self.stack:
            set_up(self)
            return self.examined()

    def examined(self) -> Result:
        return CliRunner().invoke(main, ["doctor"], env=self.settings)


@pytest.fixture
def ground(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Ground:
    monkeypatch.chdir(tmp_path)
    names = ("PROMETHEUS_URL", "ALERTMANAGER_URL", "RETRAINER_URL")
    away = {name: f"http://127.0.0.1:{free_port()}" for name in names}
    settings = {"LOTOFACIL_LANGUAGE": "en", "EXPORTER_PORT": str(free_port()), **away}
    return Ground(tmp_path, request.getfixturevalue, ExitStack(), settings)


def full_disk(ground: Ground) -> None:
    small_disk(ground, "size=24m")
    ground.database()
    port = ground.settings["EXPORTER_PORT"]
    ground.serve(f"http://localhost:{port}")
    with (ground.data / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)) == 4096:
            if (room := os.statvfs(ground.data)).f_bavail == 0:
                break
    assert not room.f_bavail
    body = {"game_type": "lotofacil", "numbers": list(range(1, 16)), "metadata": {"n": "x" * 9000}}
    url = f"http://localhost:{port}/api/predictions"
    wait_until(lambda: requests.post(url, json=body, timeout=60).status_code == 503)


def small_disk(ground: Ground, options: str) -> None:
    ground.stack.enter_context(mounted(ground.data, options))


def read_only_folder(ground: Ground) -> None:
    small_disk(ground, "ro")
    ground.database()


def standby_of_postgresql(ground: Ground) -> None:
    standby = ground.stack.enter_context(read_only_postgres(ground.database("postgresql")))
    ground.settings["DATABASE_URL"] = standby.url


def standby_of_mariadb(ground: Ground) -> None:
    standby = ground.stack.enter_context(read_only_mariadb(ground.database("mariadb")))
    ground.settings["DATABASE_URL"] = standby.url


def held(kind: str, *statements: str) -> Callable[[Ground], None]:
    """Another connection holds what these take, for as long as the doctor looks."""

    def make(ground: Ground) -> None:
        engine = ground.stack.enter_context(opened(ground.database(kind)))
        holder = ground.stack.enter_context(closing(engine.raw_connection()))
        for statement in statements:
            holder.cursor().execute(statement)

    return make


def narrow_columns(ground: Ground) -> None:
    ground.database("mariadb")
    ground.execute("ALTER TABLE predictions CONVERT TO CHARACTER SET latin1")


def narrow_database(ground: Ground) -> None:
    server: PostgresServer = ground.fixture("postgres_server")
    name = f"narrow_{uuid4().hex}"
    with closing(psycopg.connect(f"{server.url}/postgres", autocommit=True)) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'".encode()
        )
    ground.settings["DATABASE_URL"] = migrated(f"{server.url}/{name}")


def without_table(kind: str) -> Callable[[Ground], None]:
    return changed(kind, "DROP TABLE maintenance")


def changed(kind: str, *statements: str) -> Callable[[Ground], None]:
    def make(ground: Ground) -> None:
        ground.database(kind)
        ground.execute(*statements)

    return make


def unknown_user(kind: str) -> Callable[[Ground], None]:
    def make(ground: Ground) -> None:
        url = make_url(ground.database(kind)).set(username="nobody")
        ground.settings["DATABASE_URL"] = url.render_as_string()

    return make


def unknown_name(kind: str) -> Callable[[Ground], None]:
    def make(ground: Ground) -> None:
        url = make_url(ground.database(kind)).set(database="nowhere")
        ground.settings["DATABASE_URL"] = url.render_as_string()

    return make


def without_right(ground: Ground) -> None:
    url, name = make_url(ground.database("postgresql")), f"reader_{uuid4().hex[:8]}"
    tables = "ALL TABLES IN SCHEMA public"
    ground.execute(f"CREATE ROLE {name} LOGIN", f"GRANT SELECT ON {tables} TO {name}")
    ground.settings["DATABASE_URL"] = url.set(username=name).render_as_string()


def damaged_page(ground: Ground) -> None:
    """Every page after the first few: their names are still known, their rows are not."""
    path = Path(str(make_url(ground.database()).database))
    content = path.read_bytes()
    path.write_bytes(content[:16384] + b"\xff" * (len(content) - 16384))


def no_database_at_all(ground: Ground) -> None:
    Path(str(make_url(ground.database()).database)).write_text("no database at all " * 500)


def newer_schema(ground: Ground) -> None:
    ground.database()
    ground.execute("UPDATE alembic_version SET version_num = '9999'")
    url = f"http://localhost:{ground.settings['EXPORTER_PORT']}"
    ground.serve(url, "/-/healthy")
    wait_until(lambda: "is not known" in requests.get(f"{url}/-/ready", timeout=60).text)


def lost(ending: str, *, replaced: bool = False) -> Callable[[Ground], None]:
    """The file or its log goes away, or is another one, under an exporter that writes to it."""

    def make(ground: Ground) -> None:
        path = Path(f"{make_url(ground.database()).database}{ending}")
        url = f"http://localhost:{ground.settings['EXPORTER_PORT']}"
        ground.serve(url, EXPORTER_REFRESH_SECONDS="1")
        other = ground.folder / "other"
        other.write_bytes(path.read_bytes())
        if replaced:
            other.replace(path)
        else:
            path.unlink()
        wait_until(lambda: requests.get(f"{url}/-/ready", timeout=60).status_code == 503)

    return make


def port_of_prometheus(ground: Ground) -> None:
    ground.database()
    start = ground.fixture("start_prometheus")
    start("global: {}", port=int(ground.settings["EXPORTER_PORT"]))
    ground.settings["RETRAINER_URL"] = f"http://localhost:{ground.settings['EXPORTER_PORT']}"


def port_of_some_program(ground: Ground) -> None:
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
    port = ground.settings["EXPORTER_PORT"]
    server = Server([*command, port], ground.folder / "http.log", folder=ground.folder)
    ground.stack.callback(server.stop)
    server.wait_until_ready(lambda: answers(f"http://127.0.0.1:{port}/"))


def with_settings(**settings: str) -> Callable[[Ground], None]:
    def make(ground: Ground) -> None:
        ground.settings |= settings

    return make


def built_in_trainer(ground: Ground) -> None:
    settings = service.environment(ground.folder, ground.database())
    retrainer = service.start(ground.folder, settings)
    ground.stack.callback(retrainer.server.stop)
    ground.settings["RETRAINER_URL"] = retrainer.url


def wrong_password(ground: Ground) -> None:
    options: dict[str, Any] = {"auth_require_tls": False}
    options["authenticator"] = lambda *_: AuthResult(success=False, handled=False)
    mail(ground, Controller(object(), hostname="127.0.0.1", port=free_port(), **options))


def without_tls(ground: Ground) -> None:
    mail(ground, Controller(object(), hostname="127.0.0.1", port=free_port()))
    del ground.settings["SMTP_REQUIRE_TLS"]


def mail(ground: Ground, server: Controller) -> None:
    server.start()
    ground.stack.callback(server.stop)
    ground.settings |= {
        "SMTP_SERVER": server.hostname,
        "SMTP_PORT": str(server.port),
        "SMTP_USERNAME": "metrics",
        "SMTP_PASSWORD": "wrong",
        "SMTP_REQUIRE_TLS": "false",
    }


def dead_target(ground: Ground) -> None:
    job = f"{{job_name: exporter, static_configs: [{{targets: ['127.0.0.1:{free_port()}']}}]}}"
    config = f"global: {{scrape_interval: 1s}}\nscrape_configs: [{job}]\n"
    prometheus = ground.fixture("start_prometheus")(config)
    ground.settings["PROMETHEUS_URL"] = prometheus.url
    wait_until(lambda: prometheus.value("up") == 0, what="a scrape that failed")


@dataclass(frozen=True)
class Row:
    """A set-up, and the line of its subject."""

    set_up: Callable[[Ground], None]
    subject: str
    cause: str
    remedy: str
    health: str = "ERROR"


ROWS: Mapping[str, Row] = {
    "disk full": Row(full_disk, "disk", "no room in ", "free space (largest there: ballast "),
    "PostgreSQL read-only": Row(
        standby_of_postgresql, "database", "is read-only (cannot execute INSERT", "promote it"
    ),
    "MariaDB read-only": Row(
        standby_of_mariadb, "database", "is read-only (1290: The MariaDB", "promote it"
    ),
    "PostgreSQL table locked": Row(
        held("postgresql", "LOCK TABLE predictions IN ACCESS EXCLUSIVE MODE"),
        *("database", "is busy or locked (canceling statement", "end what holds it (LOCK TABLE"),
    ),
    "MariaDB table locked": Row(
        held("mariadb", "LOCK TABLES predictions WRITE"),
        *("database", "is busy or locked (1205: Lock wait", "end what holds it (LOCK TABLE"),
    ),
    "SQLite file locked": Row(
        held("sqlite", "BEGIN IMMEDIATE"),
        *("database", "is busy or locked (database is locked", "end what holds it"),
    ),
    "MariaDB latin1": Row(
        narrow_columns,
        *("database", "predictions.key for one, have the character set latin1"),
        "ALTER TABLE predictions CONVERT TO CHARACTER SET utf8mb4",
    ),
    "PostgreSQL latin1": Row(
        narrow_database, "database", "its encoding is LATIN1", "with ENCODING 'UTF8'"
    ),
    "SQLite table dropped": Row(
        without_table("sqlite"),
        *("database", "schema is not whole (no such table: maintenance", "restore the newest"),
    ),
    "PostgreSQL table dropped": Row(
        without_table("postgresql"),
        *("database", 'schema is not whole (relation "maintenance" does', "restore the newest"),
    ),
    "MariaDB table dropped": Row(
        without_table("mariadb"),
        "database",
        "schema is not whole (1146: Table '",
        "restore the newest",
    ),
    "column dropped": Row(
        changed("sqlite", "ALTER TABLE predictions RENAME COLUMN metadata TO other"),
        *("database", "schema is not whole (table predictions has no column named metadata"),
        "restore the newest backup",
    ),
    "page damaged": Row(damaged_page, "database", "is damaged (", "restore the newest backup"),
    "no database": Row(
        no_database_at_all,
        *("database", "is damaged (file is not a database", "restore the newest backup"),
    ),
    "PostgreSQL unknown user": Row(
        unknown_user("postgresql"),
        *("database", 'role "nobody" does not exist', "see user and password in DATABASE_URL"),
    ),
    "MariaDB unknown user": Row(
        unknown_user("mariadb"),
        *("database", "Access denied for user", "see user and password in DATABASE_URL"),
    ),
    "PostgreSQL unknown database": Row(
        unknown_name("postgresql"), "database", "does not exist (connection failed", "create it"
    ),
    "MariaDB unknown database": Row(
        unknown_name("mariadb"), "database", "does not exist (1049: Unknown database", "create it"
    ),
    "PostgreSQL right missing": Row(
        without_right,
        *("database", "does not permit it (permission denied for table", "that user's rights"),
    ),
    "database port closed": Row(
        with_settings(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/x"),
        *("database", "does not answer (connection failed", "whether the server is up"),
    ),
    "exporter not ready": Row(
        newer_schema,
        *("exporter", "answers, but is not ready: 503 database: its schema is not known"),
        "mend that; records are accepted and wait",
    ),
    "log deleted": Row(
        lost("-wal"),
        *("exporter", "its log (-wal) was removed under this process"),
        "nothing is written to it until this process is restarted",
    ),
    "file replaced": Row(
        lost("", replaced=True),
        *("exporter", "the file was replaced under this process"),
        "nothing is written to it until ",
    ),
    "EXPORTER_PORT is Prometheus'": Row(
        port_of_prometheus, "exporter", "another program answers", "EXPORTER_PORT"
    ),
    "RETRAINER_URL is Prometheus'": Row(
        port_of_prometheus, "retrainer", "(prometheus)", "RETRAINER_PORT"
    ),
    "EXPORTER_PORT is taken": Row(
        port_of_some_program, "exporter", "another program answers", "EXPORTER_PORT"
    ),
    "RETRAINER_COMMAND does not exist": Row(
        with_settings(RETRAINER_COMMAND="train-nothing --to {output}"),
        *("retrainer", "train-nothing is not found on PATH", "install it or write its whole path"),
    ),
    "RETRAINER_COMMAND cannot be read": Row(
        with_settings(RETRAINER_COMMAND="train 'unended {output}"),
        *("retrainer", "RETRAINER_COMMAND cannot be read (No closing", "mend its quotes"),
    ),
    "RETRAINER_COMMAND empty": Row(
        built_in_trainer,
        *("retrainer", "the built-in trainer trains any game that asks and puts its model in use"),
        *("set RETRAINER_COMMAND, or stop `lotofacil-retrainer`", "warning"),
    ),
    "TZ unknown": Row(
        with_settings(TZ="Mars/Phobos"),
        *("time zone", "TZ=Mars/Phobos is an unknown zone, UTC is used"),
        *("such as America/Sao_Paulo", "warning"),
    ),
    "read-only data folder": Row(
        read_only_folder, "spool", "data cannot be used (", "allow writing there"
    ),
    "SMTP password wrong": Row(wrong_password, "mail", ": 535 ", "SMTP_PASSWORD"),
    "SMTP without TLS": Row(without_tls, "mail", "offers no encryption", "SMTP_REQUIRE_TLS=false"),
    "SMTP port closed": Row(
        with_settings(SMTP_SERVER="127.0.0.1", SMTP_PORT=str(free_port())),
        *("mail", "Connection refused", "see SMTP_SERVER, SMTP_PORT"),
    ),
    "scrape target dead": Row(
        dead_target, "scrape", "scraping the exporter fails: ", "see address and network"
    ),
    "no rules": Row(dead_target, "rules", "no rule is loaded", "see rule_files"),
    "Prometheus down": Row(
        with_settings(), "Prometheus", "does not answer at http://127.0.0.1:", "start it or mend"
    ),
    "Alertmanager down": Row(
        with_settings(), "Alertmanager", "does not answer at http://127.0.0.1:", "start it or mend"
    ),
}


def said_of(subject: str, result: Result) -> list[str]:
    """What is wrong with a subject, each line as `health text`."""
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    return [
        f"{health} {rest.removeprefix(subject).strip()}"
        for health, _, rest in (line.partition(" ") for line in lines)
        if health != "ok" and rest.startswith(subject)
    ]


@pytest.mark.integration
@pytest.mark.parametrize("name", ROWS)
def test_one_line_names_the_cause_and_the_remedy(ground: Ground, name: str) -> None:
    row = ROWS[name]
    result = ground.doctor(row.set_up)
    assert result.exit_code == 1, result.output
    lines = [line for line in said_of(row.subject, result) if row.cause in line]
    assert len(lines) == 1, result.output
    assert lines[0].startswith(row.health)
    cause, _, remedy = lines[0].partition(" → ")
    assert row.cause in cause
    assert row.remedy in remedy or row.remedy in cause


@pytest.mark.integration
@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "0.0.0.0", "localhost"])
def test_the_exporter_is_asked_where_it_listens(ground: Ground, host: str) -> None:
    port = ground.settings["EXPORTER_PORT"]
    where = {"::1": "[::1]", "0.0.0.0": "localhost"}.get(host, host)
    url = f"http://{where}:{port}"

    def serve(ground: Ground) -> None:
        ground.database()
        ground.serve(url, EXPORTER_HOST=host, EXPORTER_API_TOKEN="a-token-of-this-test")

    result = ground.doctor(serve)
    assert f"answers at {url}\n" in result.stdout
    assert not [line for name in ("exporter", "dashboard", "API") for line in said_of(name, result)]


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    with create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("name", ["database", "mail", "exporter"])
def test_what_is_silent_does_not_hang_the_doctor(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("exporter.operating.doctor.rounds.STEP_SECONDS", 1.0)
    with silent_server() as port:
        where = f"127.0.0.1:{port}"
        ground.settings |= {
            "database": {"DATABASE_URL": f"mysql://x@{where}/x"},
            "mail": {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(port)},
            "exporter": {"EXPORTER_URL": f"http://{where}"},
        }[name]
        result = ground.examined()
        assert said_of(name, result)[0].startswith("ERROR no answer in 1 s"), result.output


def test_an_address_that_is_none_is_one_line(ground: Ground) -> None:
    ground.settings["DATABASE_URL"] = "nonsense"
    result = ground.examined()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: DATABASE_URL: ")


def test_looking_changes_nothing(ground: Ground) -> None:
    path = Path(str(make_url(ground.database()).database))
    with closing(sqlite3.connect(path)) as other:
        before = "\n".join(other.iterdump())
    ground.examined()
    with closing(sqlite3.connect(path)) as other:
        assert "\n".join(other.iterdump()) == before
