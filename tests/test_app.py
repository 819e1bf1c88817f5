"""The composition root makes what it is asked for, and nothing else."""

from pathlib import Path

import pytest

from exporter.app import OTHER_THREADS, Application, build
from exporter.config import load_settings
from exporter.serving.lanes import EXPORTS, MONITORING


@pytest.fixture
def application(tmp_path: Path, sqlite_url: str) -> Application:
    return build(load_settings({"DATABASE_URL": sqlite_url, "LOTOFACIL_DATA_DIR": tmp_path}))


def test_what_nobody_asked_for_is_not_made_and_needs_no_closing(
    application: Application, tmp_path: Path
) -> None:
    application.close()
    application.close(1)
    assert list(tmp_path.iterdir()) == []


def test_a_service_is_made_once(application: Application) -> None:
    assert application.alerts is application.alerts
    assert application.metrics is application.metrics
    application.close()


def test_there_is_a_connection_for_each_thread_that_serves() -> None:
    assert MONITORING.threads + EXPORTS.threads == OTHER_THREADS
