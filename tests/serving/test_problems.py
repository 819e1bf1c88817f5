"""Every error has one form, and none shows the inside."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from exporter.app import Application
from exporter.recording.destination import DestinationRefuses
from exporter.serving.refusals import PROBLEM_TYPE
from exporter.storage import migrate
from exporter.storage.faults import Fault


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/api/nothing", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("DELETE", "/api/metrics", {}, 405),
        ("POST", "/metrics", {}, 405),
        ("GET", "/api/metrics?x=1", {}, 400),
        ("POST", "/api/predictions", {"data": b"x", "content_type": "text/plain"}, 415),
        ("POST", "/api/predictions", {"data": b"x"}, 415),
        ("POST", "/api/predictions", {"data": b"{", "content_type": "application/json"}, 400),
        ("POST", "/api/predictions", {"json": 3}, 422),
        ("POST", "/api/results", {"json": []}, 422),
    ],
)
def test_errors_are_problem_documents(
    client: FlaskClient, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = client.open(path, method=method, **options)
    assert answer.status_code == status
    assert answer.content_type == PROBLEM_TYPE
    assert answer.json is not None
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("metrics?filter_confidence_min=viel", "filter_confidence_min: 'viel' - input should be"),
        (
            "predictions?limit=1000000",
            "limit: '1000000' - input should be less than or equal to 1000",
        ),
        ("metrics/export?format=xml", "format: 'xml' - input should be 'json' or 'csv'"),
        ("thresholds/explain", "metric: is missing; operator: is missing; value: is missing"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    client: FlaskClient, query: str, detail: str
) -> None:
    answer = client.get(f"/api/{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["detail"].startswith(detail)


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    assert "GET" in client.delete("/api/metrics").headers["Allow"]


def test_a_body_that_is_too_large(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/api/predictions", json={"game_type": "lotofacil"})
    assert (answer.status_code, answer.content_type) == (413, PROBLEM_TYPE)


def test_a_defect_shows_nothing_of_the_inside(app: Flask) -> None:
    def fail() -> str:
        raise RuntimeError("password=hunter2")

    app.add_url_rule("/api/defect", view_func=fail)
    answer = app.test_client().get("/api/defect")
    assert (answer.status_code, answer.content_type) == (500, PROBLEM_TYPE)
    assert "hunter2" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_database_that_is_away_is_no_defect(app: Flask) -> None:
    def fail() -> str:
        raise OperationalError("SELECT 1", {}, Exception("host=db password=hunter2"))

    app.add_url_rule("/api/away", view_func=fail)
    answer = app.test_client().get("/api/away")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "hunter2" not in answer.get_data(as_text=True)


def test_a_database_that_refuses_is_no_defect_and_no_outage(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise DestinationRefuses("database: permission denied for table channels", Fault.FORBIDDEN)

    app.add_url_rule("/api/refused", view_func=fail)
    answer = app.test_client().get("/api/refused")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "answers and refuses" in answer.get_json()["detail"]
    assert "permission denied" in caplog.text


@pytest.mark.parametrize("path", ["/api/models", "/api/metrics", "/api/metrics/summary"])
def test_a_database_that_was_made_anew_is_read_from_then_on(
    client: FlaskClient, application: Application, path: str
) -> None:
    migrate.downgrade(application.engine, "base")
    refused = client.get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert "answers and refuses" in refused.get_json()["detail"]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/predictions", {"game_type": "lotofacil", "numbers": list(range(1, 16))}),
        ("/api/failures", {"game_type": "lotofacil", "error": "no ticket"}),
    ],
)
def test_a_spool_that_cannot_be_written_is_said_and_accepts_nothing(
    client: FlaskClient, application: Application, path: str, body: dict[str, Any]
) -> None:
    spool = application.settings.LOTOFACIL_DATA_DIR / "spool.db"
    with closing(sqlite3.connect(spool)) as other:
        other.execute("DROP TABLE records")
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.get_json()["detail"] == (
        "nothing was accepted: the spool on disk cannot be used: no such table: records"
    )
