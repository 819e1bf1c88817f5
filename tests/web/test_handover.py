"""Records that a predictor's own spool hands over: kept as they came, or refused in one line."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from exporter.app import Application
from exporter.storage.engine import reading
from exporter.storage.schema import quarantine

KEPT: dict[str, Any] = {
    "kind": "prediction",
    "game": "lotofacil",
    "key": "refused:7",
    "reason": "numbers: 44 is not in 1-25\n(of fifteen)",
    "body": '{"numbers":\t[44],\r\n"why": "São João ✓"}',
    "quarantined_at": 1_700_000_000_000_000,
}


def test_a_record_is_kept_as_it_came(client: FlaskClient, application: Application) -> None:
    assert client.post("/api/quarantine", json=KEPT).status_code == 201
    assert application.metrics.flush()
    with reading(application.engine) as connection:
        (row,) = connection.execute(select(quarantine)).mappings()
    assert {name: row[name] for name in KEPT} == KEPT


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"kind": "draw"}, "kind: 'draw' - input should be 'prediction' or 'result'"),
        ({"game": "a\0b"}, "game: has characters that cannot be printed"),
        ({"game": "g" * 65}, f"game: '{'g' * 59}… - string should have at most 64 characters"),
        ({"key": "a\x1bb"}, "key: has characters that cannot be printed"),
        ({"key": "k" * 129}, f"key: '{'k' * 59}… - string should have at most 128 characters"),
        ({"key": ""}, "key: '' - string should have at least 1 character"),
        ({"reason": "ab\0"}, "reason: has '\\x00' at position 2, which no text holds"),
        (
            {"reason": "r" * 2001},
            f"reason: '{'r' * 59}… - string should have at most 2000 characters",
        ),
        ({"body": "\x85"}, "body: has '\\x85' at position 0, which no text holds"),
        (
            {"body": "b" * 1_000_001},
            f"body: '{'b' * 59}… - string should have at most 1000000 characters",
        ),
        ({"quarantined_at": -1}, "quarantined_at: -1 - input should be greater than or equal to 0"),
        ({"extra": 1}, "extra: is not a known field"),
    ],
)
def test_what_no_database_could_keep_is_refused_in_one_line(
    client: FlaskClient, change: dict[str, Any], detail: str
) -> None:
    answer = client.post("/api/quarantine", json=KEPT | change)
    assert answer.status_code == 422
    assert answer.get_json()["detail"] == detail
    assert answer.get_json()["field"] in change


def test_a_key_in_an_address_is_held_to_the_same(client: FlaskClient) -> None:
    assert client.get("/api/predictions/a%1bb").status_code == 400
    assert client.get("/api/predictions/unknown").status_code == 404
