"""/metrics, health and the landing page."""

import gzip
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from exporter.web.application import create_app
from exporter.web.dependencies import WebDependencies

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def test_metrics_in_both_forms(client: FlaskClient) -> None:
    text = client.get("/metrics")
    assert text.content_type.startswith("text/plain; version=0.0.4")
    openmetrics = client.get("/metrics", headers={"Accept": OPENMETRICS})
    assert openmetrics.content_type.startswith("application/openmetrics-text")
    assert openmetrics.data.endswith(b"# EOF\n")
    assert "Accept" in text.headers["Vary"]


def test_metrics_are_compressed_when_asked_for(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"lotofacil_up 1.0" in gzip.decompress(answer.data)
    plain = client.get("/metrics", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/", "/metrics", "/-/healthy", "/-/ready", "/api/models"])
def test_head_works(client: FlaskClient, path: str) -> None:
    answer = client.head(path)
    assert (answer.status_code, answer.data) == (200, b"")


def test_requests_are_counted_by_route(client: FlaskClient, dependencies: WebDependencies) -> None:
    client.get("/api/metrics?x=1")
    client.get("/no/such/path/1")
    client.get("/no/such/path/2")
    client.open("/metrics", method="BREW")
    seen = dependencies.instruments.snapshot()
    assert seen.requests == {
        ("/api/metrics", "GET", "400"): 1,
        ("unknown", "GET", "404"): 2,
        ("unknown", "unknown", "405"): 1,
    }
    assert sum(seen.durations["unknown"][0]) == 3


def test_readiness_says_what_is_missing(dependencies: WebDependencies) -> None:
    waiting = replace(dependencies, not_ready=lambda: "the database is away")
    client = create_app(waiting).test_client()
    answer = client.get("/-/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["detail"] == "the database is away"
    assert client.get("/-/healthy").status_code == 200


def test_the_landing_page_speaks_both_languages(client: FlaskClient) -> None:
    assert 'lang="pt-BR"' in client.get("/").get_data(as_text=True)
    english = client.get("/?lang=en").get_data(as_text=True)
    assert 'lang="en"' in english
    assert "Can the figures be believed yet?" in english
    assert client.get("/?lang=<script>").status_code == 200
