"""The fixtures that every test may ask for: real servers, started when first asked for."""

import logging
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser
from sqlalchemy import Engine

from exporter.logs import lines
from tests.databases import copy_of, empty, migrated, opened
from tests.seeding import seeded_engine
from tests.servers.alertmanager import Alertmanager, StartAlertmanager, run_alertmanager
from tests.servers.browser import running_browser
from tests.servers.mariadb import MariadbServer, running_mariadb
from tests.servers.postgres import PostgresServer, running_postgres
from tests.servers.prometheus import Prometheus, StartPrometheus, run_prometheus
from tests.servers.smtp import SmtpServer, running_smtp
from tests.servers.webhook import WebhookServer, running_webhook
from tests.storage.letters import CHARSETS

# A shell that starts the tests in the background has them, and all that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure: pytest's own timeout catches what hangs.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
#: What a test may take that starts programs: on a busy machine each start may take a minute.
SECONDS_WITH_PROGRAMS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives tests with programs more time than others, where they ask for none themselves."""
    for item in items:
        starts_programs = item.get_closest_marker("integration") or item.get_closest_marker("slow")
        if starts_programs and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS_WITH_PROGRAMS))


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder with a short path (sockets need one) for the servers of this run."""
    with tempfile.TemporaryDirectory(prefix="servers-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[PostgresServer]:
    with running_postgres(server_folder) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server(server_folder: Path) -> Iterator[MariadbServer]:
    with running_mariadb(server_folder) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database for this test."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: MariadbServer) -> Iterator[str]:
    """An empty MariaDB database for this test."""
    with mariadb_server.database() as url:
        yield url


@pytest.fixture(params=CHARSETS)
def mariadb_default(request: pytest.FixtureRequest, mariadb_server: MariadbServer) -> Iterator[str]:
    """Each character set in turn that servers have by default; before a database is asked for."""
    with mariadb_server.defaulting_to(request.param):
        yield request.param


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database, not yet there, for this test."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(
    params=[
        pytest.param("sqlite_url", id="sqlite"),
        pytest.param("postgres_url", id="postgresql", marks=pytest.mark.integration),
        pytest.param("mariadb_url", id="mariadb", marks=pytest.mark.integration),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each supported kind in turn."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database with the newest schema, one for the whole run."""
    with postgres_server.database() as url:
        yield migrated(url)


@pytest.fixture(scope="session")
def mariadb_template(mariadb_server: MariadbServer) -> Iterator[str]:
    """A MariaDB database with the newest schema, one for the whole run."""
    with mariadb_server.database() as url:
        yield migrated(url)


@pytest.fixture(
    params=[
        pytest.param("sqlite_template", id="sqlite"),
        pytest.param("postgres_template", id="postgresql", marks=pytest.mark.integration),
        pytest.param("mariadb_template", id="mariadb", marks=pytest.mark.integration),
    ]
)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each supported kind in turn, with the newest schema and no rows."""
    template: Path | str = request.getfixturevalue(request.param)
    if isinstance(template, Path):
        return copy_of(template, tmp_path / "test.db")
    with opened(template) as engine:
        empty(engine)
    return template


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """An engine on such a database."""
    with opened(migrated_url) as made:
        yield made


# Receivers and senders live as long as one test file: an alert that ends minutes later, in the
# midst of the tests of another file, must not reach them.
@pytest.fixture(scope="module")
def smtp_server() -> Iterator[SmtpServer]:
    with running_smtp() as server:
        yield server


@pytest.fixture(scope="module")
def webhook_server() -> Iterator[WebhookServer]:
    with running_webhook() as server:
        yield server


@pytest.fixture(scope="module")
def start_prometheus(server_folder: Path) -> Iterator[StartPrometheus]:
    """A function that starts a Prometheus; what it started ends with the tests of the file."""
    with ExitStack() as started:

        def start(
            config: str | Path, port: int | None = None, flags: Sequence[str] = ()
        ) -> Prometheus:
            folder = Path(tempfile.mkdtemp(prefix="prometheus-", dir=server_folder))
            prometheus = run_prometheus(folder, config, port, flags)
            started.callback(prometheus.stop)
            return prometheus

        yield start


@pytest.fixture(scope="module")
def start_alertmanager(server_folder: Path) -> Iterator[StartAlertmanager]:
    """A function that starts an Alertmanager; what it started ends with the tests of the file."""
    with ExitStack() as started:

        def start(
            config: str | Path, port: int | None = None, flags: Sequence[str] = ()
        ) -> Alertmanager:
            folder = Path(tempfile.mkdtemp(prefix="alertmanager-", dir=server_folder))
            alertmanager = run_alertmanager(folder, config, port, flags)
            started.callback(alertmanager.stop)
            return alertmanager

        yield start


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file (while it lives, asyncio.run cannot be used there)."""
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Forty draws with tickets of three model versions; not to be written to."""
    folder: Path = tmp_path_factory.mktemp("seeded")
    engine = seeded_engine(f"sqlite:///{folder / 'metrics.db'}", draw_count=40)
    yield engine
    engine.dispose()


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """Another empty SQLite database with the newest schema."""
    with opened(copy_of(sqlite_template, tmp_path / "other.db")) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logs are set up once per process; whatever a test sets up is taken back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    output = vars(lines.Output())
    for name, value in output.items():
        monkeypatch.setattr(lines.OUTPUT, name, value)
    yield
    if lines.OUTPUT.file:
        lines.OUTPUT.file.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
