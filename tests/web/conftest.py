"""An application wired as the product wires it, over a copy of a database made once."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exporter.app import Application, build, build_exposition
from exporter.config import load_settings
from exporter.domain.moments import SECOND
from exporter.figures.listings import Listings
from exporter.figures.metrics_query import MetricsReader
from exporter.figures.system import SystemReader
from exporter.serving.access import Access
from exporter.serving.http_instruments import HttpInstruments
from exporter.web.application import create_app
from exporter.web.dependencies import WebDependencies
from tests.history import NOW, record_history


@dataclass
class Clock:
    """A clock that tests move, in microseconds."""

    micros: int = NOW

    def __call__(self) -> int:
        return self.micros


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and nothing in it."""
    return _made(tmp_path_factory.mktemp("empty"), lambda _: None)


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three models' predictions on some draws."""
    return _made(tmp_path_factory.mktemp("seeded"), record_history)


@pytest.fixture
def database(empty_database: Path) -> Path:
    """What the application of a test begins with; a test file may say otherwise."""
    return empty_database


@pytest.fixture
def application(database: Path, tmp_path: Path, clock: Clock) -> Iterator[Application]:
    shutil.copy(database, tmp_path / "web.db")
    built = _build(tmp_path, clock)
    built.snapshots.take()
    yield built
    built.close()


@pytest.fixture
def dependencies(application: Application, clock: Clock) -> WebDependencies:
    services, began = {"metrics_service": True}, NOW - 60 * SECOND
    system = SystemReader(lambda: services, application.resources, began)
    http = HttpInstruments()
    return WebDependencies(
        render=build_exposition(application, http).render,
        not_ready=lambda: application.snapshots.state.error or None,
        version=lambda: f"test-{application.snapshots.state.version}",
        now=clock,
        metrics=MetricsReader(application.database, application.games, system, clock),
        listings=Listings(application.database, application.games),
        predictions=application.metrics,
        results=application.tracker,
        instruments=http,
        games=application.games,
        alerts=application.alerts,
        history=application.history,
        adviser=application.adviser,
        access=Access(loopback=True),
    )


@pytest.fixture
def app(dependencies: WebDependencies) -> Flask:
    return create_app(dependencies)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def client_with(dependencies: WebDependencies) -> Callable[[Access], FlaskClient]:
    """A client of an application with other rules of access."""
    return lambda access: create_app(replace(dependencies, access=access)).test_client()


def _build(folder: Path, clock: Clock) -> Application:
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'web.db'}",
        "LOTOFACIL_DATA_DIR": folder / "data",
    }
    return build(load_settings(settings), clock)


def _made(folder: Path, record: Callable[[Application], None]) -> Path:
    application = _build(folder, Clock())
    application.snapshots.take()
    record(application)
    application.close()
    return folder / "web.db"
