"""Texts that a database cannot hold, anywhere in any route: never an error of the server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from exporter.app import Application, build, build_web
from exporter.config import load_settings

#: As JSON has them; a query has their UTF-8, the half of a character included.
HOSTILE = {
    "NUL": ("a\\u0000b", "a%00b"),
    "half": ("a\\ud800b", "a%ed%a0%80b"),
    "no UTF-8": ("\\udcff", "%ff"),
    "long": ("x" * 10_000, "x" * 10_000),
    "beyond": ("\\ud83c\\udfb2" * 100, "%f0%9f%8e%b2" * 100),
}
TICKET = list(range(1, 16))
PREDICTION = {
    "game_type": "lotofacil",
    "numbers": TICKET,
    "model_version": "v1",
    "metadata": {"from": "here"},
    "predicted_at": "2024-03-04T12:00:00Z",
    "role": "model",
    "idempotency_key": "k",
    "filled_in": ["predicted_at"],
}
RESULT = {
    "game_type": "lotofacil",
    "draw_number": 2500,
    "winning_numbers": TICKET,
    "draw_date": "2024-03-15",
    "accepted_at": "2024-03-15T23:30:00Z",
    "prizes": {"11": 6},
    "idempotency_key": "k",
}
FAILURE = {
    "game_type": "lotofacil",
    "error": "no",
    "model_version": "v1",
    "role": "model",
    "failed_at": "2024-03-04T12:00:00Z",
    "idempotency_key": "k",
}
RULE = {
    "name": "low",
    "metric_type": "accuracy",
    "condition": "<",
    "threshold": 0.55,
    "severity": "warning",
    "description": "d",
    "event": "e",
    "game": "lotofacil",
    "model_version": "v1",
    "window": "30",
}
ALERT = {
    "status": "firing",
    "fingerprint": "f1",
    "startsAt": "2024-03-04T12:00:00Z",
    "endsAt": "2024-03-04T13:00:00Z",
    "labels": {"alertname": "Low", "severity": "warning", "event": "e"},
    "annotations": {"summary": "s"},
}
QUARANTINED = {
    "kind": "result",
    "game": "lotofacil",
    "key": "7",
    "reason": "r",
    "body": "{}",
    "quarantined_at": 1,
}
BODIES: list[tuple[str, Any]] = [
    ("/api/predictions", PREDICTION),
    ("/api/predictions", [PREDICTION]),
    ("/api/results", RESULT),
    ("/api/failures", FAILURE),
    ("/api/references", {"game_type": "lotofacil", "model_version": "v1", "accuracy": 0.7}),
    ("/api/quarantine", QUARANTINED),
    ("/api/alerts/rules", RULE),
    ("/api/alerts/notifications", {"version": "4", "receiver": "r", "alerts": [ALERT]}),
]


@pytest.fixture
def application(migrated_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = {"DATABASE_URL": migrated_url, "LOTOFACIL_DATA_DIR": tmp_path / "data"}
    built = build(load_settings(settings))
    built.snapshots.take()
    yield built
    built.close()


@pytest.fixture
def client(application: Application) -> FlaskClient:
    return build_web(application).test_client()


def spoilt(value: Any, text: str) -> Iterator[Any]:
    """The value with the text in place of one part of it, or as a name, in each way."""
    yield text
    if isinstance(value, dict):
        yield value | {text: 1}
        for name, inner in value.items():
            yield from (value | {name: changed} for changed in spoilt(inner, text))
    elif isinstance(value, list):
        yield from ([changed] for changed in spoilt(value[0], text))


def escaped(value: Any, text: str) -> bytes:
    """JSON where a mark becomes the text as it stands: halves of characters, too."""
    return json.dumps(value).replace("HOSTILE", text).encode()


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize(("path", "body"), BODIES)
def test_no_text_in_a_body_is_an_error_of_the_server(
    client: FlaskClient, application: Application, path: str, body: Any, kind: str
) -> None:
    for changed in spoilt(body, "HOSTILE"):
        data = escaped(changed, HOSTILE[kind][0])
        answer = client.post(path, data=data, content_type="application/json")
        assert answer.status_code < 500, data[:300]
    header = HOSTILE[kind][0].encode().decode("unicode_escape").encode("utf-8", "replace")
    client.post(path, json=body, headers={"Idempotency-Key": header.decode("latin-1")})
    assert application.metrics.flush()
    state = application.intake.state()
    assert (state.records, state.lost) == (0, 0)


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_in_an_address_is_one_either(client: FlaskClient, kind: str) -> None:
    text = HOSTILE[kind][1]
    described = client.get("/api/openapi.json").get_json()["paths"]
    tried = 0
    for path, methods in described.items():
        for method in methods.keys() & {"get", "delete"}:
            names = [one["name"] for one in methods[method].get("parameters", [])]
            filled = path.partition("{")[0] + (text if "{" in path else "")
            for address in [filled, *(f"{filled}?{name}={text}" for name in names)]:
                answer = client.open(address, method=method.upper())
                assert answer.status_code < 500, address[:300]
                tried += 1
            assert client.open(f"{filled}?{text}={text}", method=method.upper()).status_code < 500
    assert tried > 50
