"""A MariaDB whose own character set is small: everything that can be told in words goes in."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from exporter.app import Application, build, build_web
from exporter.config import load_settings
from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.domain.moments import to_micros
from exporter.storage import migrate, retraining
from exporter.storage.engine import reading, writing
from exporter.storage.schema import METADATA
from tests.databases import opened
from tests.servers.ports import free_port
from tests.storage.letters import LETTERS, as_it_was, is_text

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("mariadb_default")]
#: Some days after the draws.
NOW = to_micros(datetime(2024, 3, 21, tzinfo=UTC))
TICKET = list(range(1, 16))
RESULT: dict[str, Any] = {"game_type": "lotofacil", "draw_number": 3050, "draw_date": "2024-03-15"}
#: One of the letters, as it is and as some JSON has it.
SIGNS = ("🎲", r"\ud83c\udfb2")
#: Texts of our own making: words of a fixed list, numbers, JSON of numbers, names of games.
OURS = {
    "accuracy_references": {"state"},
    "alert_rules": {"metric_type", "condition", "threshold", "severity", "event"},
    "day_rollups": {"measure"},
    "draw_corrections": {"before", "after"},
    "draw_scores": {"held", "histogram", "calibration", "factors"},
    "draws": {"prizes"},
    "evidence": {"state"},
    "game_totals": {"measure"},
    "games": {"name"},
    "hour_rollups": {"measure"},
    "maintenance": {"kind", "detail"},
    "models": {"role"},
    "notification_channels": {"type", "events"},
    "notifications": {"status"},
    "quarantine": {"kind", "game"},
    "result_keys": {"body"},
    "retraining_requests": {"game", "decision"},
    "retraining_schedules": {"game", "frequency"},
    "retraining_thresholds": {"game", "thresholds"},
    "totals": {"measure"},
    "training_runs": {"game", "outcome"},
}


@contextmanager
def application(url: str, folder: Path) -> Iterator[Application]:
    nobody = f"http://127.0.0.1:{free_port()}"
    own = {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": folder, "ALERTMANAGER_URL": nobody}
    with closing(build(load_settings(own), lambda: NOW)) as app:
        yield app


def test_every_text_that_others_choose_is_stored(mariadb_url: str, tmp_path: Path) -> None:
    with application(mariadb_url, tmp_path) as app:
        call(app)
        post(build_web(app).test_client())
        retrain(app.engine)
        assert app.metrics.flush()
        assert texts_of_others(app.engine) == {
            name: {column.name for column in table.columns if is_text(column)}
            - OURS.get(name, set())
            for name, table in METADATA.tables.items()
        }
        assert app.metrics.find(LETTERS) is not None
        assert [rule.name for rule in app.alerts.list_rules()] == [LETTERS]


def call(app: Application) -> None:
    """The Python calls."""
    app.metrics.record_prediction(
        "lotofacil", TICKET, 0.6, LETTERS, {"nota": LETTERS}, idempotency_key=LETTERS
    )
    app.metrics.record_prediction("lotofacil", [99], metadata={"nota": LETTERS})
    app.metrics.record_failure("lotofacil", LETTERS, idempotency_key=LETTERS)
    for drawn in (TICKET, list(range(11, 26))):
        app.tracker.record_result(**RESULT, winning_numbers=drawn, recorded_by=LETTERS)
    rule = AlertRule(LETTERS, "accuracy", "<", 0.55, description=LETTERS, model_version=LETTERS)
    app.alerts.add_rule(rule)
    config = {"to": ["a@example.org"], "subject": LETTERS}
    app.alerts.add_notification_channel(NotificationChannel(LETTERS, "email", config))


def post(client: FlaskClient) -> None:
    """The routes."""
    head = {"game_type": "lotofacil", "model_version": f"{LETTERS} 2"}
    for path, body in {
        "predictions": {**head, "numbers": TICKET, "metadata": {"nota": LETTERS}},
        "failures": {**head, "error": LETTERS},
        "results": {
            **RESULT,
            "draw_number": 3051,
            "winning_numbers": TICKET,
            "draw_date": "2024-03-16",
            "idempotency_key": LETTERS,
        },
        "quarantine": {
            "kind": "result",
            "game": "lotofacil",
            "key": LETTERS,
            "reason": LETTERS,
            "body": "{}",
            "quarantined_at": 1,
        },
        "alerts/notifications": {"version": "4", "receiver": "r", "alerts": [alert()]},
    }.items():
        answer = client.post(f"/api/{path}", json=body)
        assert answer.status_code < 300, answer.text


def alert() -> dict[str, Any]:
    return {
        "status": "firing",
        "fingerprint": LETTERS,
        "startsAt": "2024-03-04T12:00:00Z",
        "endsAt": "2024-03-04T13:00:00Z",
        "labels": {"alertname": LETTERS, "severity": "🎲", "event": LETTERS},
        "annotations": {"summary": LETTERS},
    }


def retrain(engine: Engine) -> None:
    """What the retrainer writes."""
    with writing(engine) as connection:
        retraining.add_request(connection, LETTERS, "lotofacil", LETTERS, LETTERS, 1)
        retraining.decide(connection, 1, "retrain", LETTERS, 2)
        run = retraining.start_run(connection, 1, "lotofacil", LETTERS, LETTERS, 3)
        retraining.end_run(connection, run, "success", LETTERS, 4)


def texts_of_others(engine: Engine) -> dict[str, set[str]]:
    """The columns of each table that hold such letters somewhere."""
    with reading(engine) as connection:
        return {
            name: {
                column
                for row in connection.execute(select(table)).mappings()
                for column, value in row.items()
                if any(sign in str(value) for sign in SIGNS)
            }
            for name, table in METADATA.tables.items()
        }


def test_what_waited_for_an_old_database_is_delivered_by_the_next_start(
    mariadb_url: str, tmp_path: Path
) -> None:
    """At once, and on a clock that stands: no pause before records are tried again."""
    with opened(mariadb_url) as engine, as_it_was(engine):
        migrate.upgrade(engine, "0001")
    with application(f"mysql://root@127.0.0.1:{free_port()}/nowhere", tmp_path) as app:
        app.metrics.record_prediction("lotofacil", TICKET, 0.6, "v1", {"nota": LETTERS})
    with application(mariadb_url, tmp_path) as app:
        assert app.intake.state().records == 1
        assert app.metrics.flush()
        assert (app.intake.state().records, app.intake.state().stuck) == (0, 0)
        assert texts_of_others(app.engine)["predictions"] == {"metadata"}
