"""Nothing heavy is imported before it is used: seen in fresh processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.process import PROJECT

RECORD = """
from api.metrics_service import metrics_service
metrics_service.record_prediction("lotofacil", list(range(1, 16)), 0.6, "v1")
metrics_service.flush()
"""
#: What nobody who records has to load.
ELSEWHERE = {
    *(
        "aiosmtpd",
        "alembic",
        "dotenv",
        "filelock",
        "flask",
        "flask_openapi",
        "grafana_foundation_sdk",
    ),
    *(
        "matplotlib",
        "plotly",
        "prometheus_client",
        "psutil",
        "psycopg",
        "pydantic_settings",
        "pymysql",
    ),
    *("rich", "structlog", "waitress", "werkzeug", "yaml"),
    *(
        f"exporter.{room}"
        for room in ("alerting", "collectors", "figures", "operating", "pages", "stack", "web")
    ),
    *("exporter.serving", "exporter.storage.backup", "retrainer"),
}
#: What none who sends to an exporter has to load, nor who asks which commands there are.
DATABASE = {"sqlalchemy", "exporter.storage.schema"}
SENDING = {"requests", "exporter.outbound"}


def loaded(folder: Path, code: str, settings: dict[str, str] | None = None) -> set[str]:
    """The modules and packages that a fresh Python has loaded after this."""
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT), **(settings or {})},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_recording_loads_what_it_uses(tmp_path: Path) -> None:
    """The first time too, when there is no database yet."""
    for _ in range(2):
        modules = loaded(tmp_path, RECORD)
        assert modules & (ELSEWHERE | SENDING) == set()
        assert modules >= {"sqlalchemy", "exporter.storage.ingest"}


def test_recording_over_http_loads_no_database(tmp_path: Path) -> None:
    sqlite = {"DATABASE_URL": "sqlite:///other.db"}
    modules = loaded(tmp_path, RECORD, {"EXPORTER_URL": "http://127.0.0.1:9", **sqlite})
    assert modules & (ELSEWHERE | DATABASE) == set()
    assert "requests" in modules


@pytest.mark.parametrize("name", ["metrics_service", "accuracy_tracker", "structured_logger"])
def test_a_ready_name_loads_no_database_before_it_is_used(tmp_path: Path, name: str) -> None:
    assert loaded(tmp_path, f"import api.{name}") & (ELSEWHERE | DATABASE | SENDING) <= {
        "exporter.operating"  # where the structured logger is
    }


def test_the_list_of_commands_loads_none(tmp_path: Path) -> None:
    program = "from exporter.cli import main\nmain(['--help'], standalone_mode=False)"
    others = {"exporter.app", "exporter.config", "pydantic"}
    assert loaded(tmp_path, program) & (ELSEWHERE | DATABASE | SENDING | others) == set()
