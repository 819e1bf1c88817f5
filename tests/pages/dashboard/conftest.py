import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import make_server

from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.app import now_micros
from exporter.domain.definitions import KNOWN_GAMES
from exporter.figures.rule_board import KeptAdvice, RuleBoard
from exporter.figures.rule_values import CurrentRules
from exporter.figures.snapshots import Snapshots
from exporter.messages import Language
from exporter.pages.dashboard.blueprint import dashboard_blueprint
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.engine import create_engine_for
from tests.seeding import empty_engine, reader_of, seeded_engine


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dashboard") / "metrics.db"
    seeded_engine(f"sqlite:///{path}", draw_count=40).dispose()
    return path


@pytest.fixture
def seeded(seeded_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the seeded database that a test may change."""
    shutil.copy(seeded_file, tmp_path / "metrics.db")
    engine = create_engine_for(f"sqlite:///{tmp_path / 'metrics.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[Engine]:
    engine = empty_engine(sqlite_url)
    yield engine
    engine.dispose()


def application(engine: Engine, refresh_seconds: float = 10.0) -> Flask:
    """A Flask application with the page."""
    app = Flask("test")
    reader = reader_of(engine, board_of(engine))
    page = dashboard_blueprint(reader, Language.PT_BR, refresh_seconds)
    app.register_blueprint(page)
    return app


def board_of(engine: Engine) -> RuleBoard:
    """Users' rules, looked up whenever they are asked for."""
    snapshots = Snapshots(PreparedDatabase(engine), KNOWN_GAMES, now_micros, refresh=0)
    adviser = ThresholdAdviser(KNOWN_GAMES, Language.PT_BR)
    values = CurrentRules(snapshots, KNOWN_GAMES, dict)
    return RuleBoard(snapshots, values, KeptAdvice(adviser.advice))


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a port of its own; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
