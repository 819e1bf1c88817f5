"""Holding a version to a named accuracy over REST."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

CLAIM = {"game_type": "lotofacil", "model_version": "v2.1", "accuracy": 0.62}


@pytest.fixture
def database(seeded_database: Path) -> Path:
    return seeded_database


def reference(client: FlaskClient) -> dict[str, Any] | None:
    asked = {"filter_model_version": "v2.1"}
    data = client.get("/api/metrics/models", query_string=asked).get_json()["data"]
    [one] = data["models"]
    found: dict[str, Any] | None = one["reference"]
    return found


def test_a_named_accuracy_is_kept_replaced_and_forgotten(client: FlaskClient) -> None:
    assert reference(client) is None
    answer = client.post("/api/references", json=CLAIM)
    assert answer.status_code == 200
    assert answer.get_json()["data"] == CLAIM
    kept = reference(client)
    assert kept is not None
    assert kept["accuracy"] == 0.62
    assert kept["evidence"]["draws"] > 20
    client.post("/api/references", json=CLAIM | {"accuracy": 0.9})
    replaced = reference(client)
    assert replaced is not None
    assert replaced["evidence"]["worse"]["peak"] > kept["evidence"]["worse"]["peak"]
    client.post("/api/references", json=CLAIM | {"accuracy": None})
    assert reference(client) is None


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"accuracy": 1.0}, 422, "accuracy"),
        ({"accuracy": 0}, 422, "accuracy"),
        ({"accuracy": 1e-9}, 422, "accuracy"),
        ({"accuracy": "0.62"}, 422, "accuracy"),
        ({"game_type": "bingo"}, 422, "game_type"),
        ({"model_version": "v9"}, 404, "model_version"),
        ({"model_version": ""}, 422, "model_version"),
        ({"extra": 1}, 422, "extra"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client: FlaskClient, change: dict[str, Any], status: int, field: str
) -> None:
    answer = client.post("/api/references", json=CLAIM | change)
    assert answer.status_code == status
    assert answer.get_json()["field"] == field
    assert reference(client) is None


def test_the_standing_of_an_empty_database_says_so(client: FlaskClient) -> None:
    asked = {"filter_model_version": "v9"}
    body = client.get("/api/metrics/models", query_string=asked).get_json()
    assert body["data"]["models"] == []
    assert body["warnings"] == ["no model version 'v9' is known"]
