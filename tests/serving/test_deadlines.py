"""What needs no database asks none, and what takes too long says so."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from exporter.app import Application
from exporter.serving import deadlines
from exporter.storage.limits import current


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready", "/metrics", "/"])
def test_whoever_watches_us_needs_no_database(
    client: FlaskClient, application: Application, path: str
) -> None:
    asked = list[object]()
    event.listen(application.engine, "checkout", lambda *given: asked.append(given))
    assert client.get(path).status_code == 200
    assert not asked


def test_a_request_whose_time_is_over_is_told_so(client: FlaskClient, app: Flask) -> None:
    deadlines.install(app, 0)
    answer = client.get("/api/draws")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"].startswith("this took longer than 0 s and was ended")


def test_the_limits_of_a_request_end_with_it(client: FlaskClient) -> None:
    before = current()
    client.get("/api/draws")
    assert current() == before
