from base64 import b64encode
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from exporter.serving.access import Access

OPEN = ("/", "/metrics", "/-/healthy", "/-/ready")
BEARER = {"Authorization": "Bearer secret"}
BASIC = {"Authorization": "Basic " + b64encode(b"anyone:secret").decode()}
WRONG = {"Authorization": "Bearer secrets"}


@pytest.mark.parametrize(
    ("loopback", "token", "anonymous", "read", "write"),
    [
        (True, "", False, 200, 422),
        (True, "secret", False, 401, 401),
        (True, "secret", True, 200, 401),
        (False, "", False, 403, 403),
        (False, "", True, 200, 403),
        (False, "secret", False, 401, 401),
        (False, "secret", True, 200, 401),
    ],
)
def test_without_a_token(
    client_with: Callable[[Access], FlaskClient],
    *,
    loopback: bool,
    token: str,
    anonymous: bool,
    read: int,
    write: int,
) -> None:
    client = client_with(Access(loopback, token, anonymous))
    assert client.get("/api/models").status_code == read
    assert client.post("/api/predictions", json={}).status_code == write
    assert {client.get(path).status_code for path in OPEN} == {200}


@pytest.mark.parametrize("headers", [BEARER, BASIC])
def test_with_the_token(
    client_with: Callable[[Access], FlaskClient], headers: dict[str, str]
) -> None:
    client = client_with(Access(loopback=False, token="secret"))
    assert client.get("/api/models", headers=headers).status_code == 200
    assert client.post("/api/predictions", json={}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        WRONG,
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic !!"},
        {"Authorization": "Digest a=b"},
        {"Authorization": "Bearer sécret"},
        {"Authorization": "secret"},
    ],
)
def test_with_another_one(
    client_with: Callable[[Access], FlaskClient], headers: dict[str, str]
) -> None:
    client = client_with(Access(loopback=True, token="secret"))
    answer = client.get("/api/models", headers=headers)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_browser_is_asked_for_the_token(client_with: Callable[[Access], FlaskClient]) -> None:
    client = client_with(Access(loopback=True, token="secret"))
    assert client.get("/dashboard").headers["WWW-Authenticate"].startswith("Basic ")


def test_what_exists_is_told_to_nobody_without_the_token(
    client_with: Callable[[Access], FlaskClient],
) -> None:
    client = client_with(Access(loopback=True, token="secret"))
    assert client.get("/api/nothing").status_code == 401


def test_the_token_is_in_no_text_about_the_rules() -> None:
    assert "secret" not in repr(Access(loopback=True, token="secret"))
