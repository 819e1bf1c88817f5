"""The retrainer's routes: what they accept, and how they refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from exporter.collectors.retrainer import COLLECTOR, Telemetry
from exporter.domain.definitions import KNOWN_GAMES
from exporter.serving.access import Access
from exporter.storage import retraining
from exporter.storage.engine import create_engine_for, reading
from retrainer.web import MAX_BODY, Desk, create_app
from tests.databases import copy_of, opened
from tests.retrainer.conftest import COOLDOWN, START, FakeClock
from tests.retrainer.notifications import ALERT, body

TOKEN = "very secret"
GOOD = {"Authorization": f"Bearer {TOKEN}"}


class Bell:
    """Counts how often the worker was woken."""

    def __init__(self) -> None:
        self.rung = 0
        self.working = True

    def ring(self) -> None:
        self.rung += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def make_client(clock: FakeClock, bell: Bell) -> Callable[..., FlaskClient]:
    def make(engine: Engine, token: str = "") -> FlaskClient:
        telemetry = Telemetry(START)
        access = Access(loopback=True, token=token)
        parts = (engine, KNOWN_GAMES, access, COOLDOWN, telemetry, clock)
        return create_app(Desk(*parts, bell.ring, lambda: bell.working)).test_client()

    return make


@pytest.fixture
def client(engine: Engine, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client(engine)


def post(client: FlaskClient, path: str, data: bytes, **headers: str) -> TestResponse:
    return client.post(path, data=data, content_type="application/json", headers=headers)


def detail(answer: TestResponse) -> str:
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.data)
    assert problem["status"] == answer.status_code
    return str(problem["detail"])


def kept(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [request.key for request in retraining.recent_requests(connection)]


def test_a_webhook_is_kept_before_it_is_answered(
    client: FlaskClient, engine: Engine, bell: Bell
) -> None:
    answer = post(client, "/webhook", body(ALERT))
    assert answer.status_code == 200
    assert answer.json == {"status": "success", "data": {"accepted": 1, "repeated": 0}}
    assert len(kept(engine)) == bell.rung == 1


def test_a_webhook_told_again_is_answered_as_well(client: FlaskClient, engine: Engine) -> None:
    for _ in range(2):
        answer = post(client, "/webhook", body(ALERT))
    assert answer.status_code == 200
    assert answer.json["data"] == {"accepted": 0, "repeated": 1}  # type: ignore[index]
    assert len(kept(engine)) == 1


def test_of_a_webhook_that_is_wrong_in_part_nothing_is_kept(
    client: FlaskClient, engine: Engine
) -> None:
    answer = post(client, "/webhook", body(ALERT, ALERT | {"status": "odd"}))
    assert answer.status_code == 400
    assert detail(answer).startswith("alerts[1].status: is neither")
    assert kept(engine) == []


def test_a_body_too_large_is_refused(client: FlaskClient) -> None:
    assert post(client, "/webhook", b" " * (MAX_BODY + 1)).status_code == 413


def test_only_json_is_read_so_that_no_page_of_another_site_can_post(client: FlaskClient) -> None:
    answer = client.post("/retrain", data=b"{}", content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/webhook", "/retrain", "/runs"])
@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer véry secret"}])
def test_without_the_token_nothing_is_kept_or_shown(
    make_client: Callable[..., FlaskClient], engine: Engine, path: str, given: dict[str, str]
) -> None:
    client = make_client(engine, TOKEN)
    method = client.get if path == "/runs" else client.post
    answer = method(path, data=body(ALERT), content_type="application/json", headers=given)
    assert answer.status_code == 401
    # A browser may show the runs; nobody posts from one.
    scheme = "Basic" if path == "/runs" else "Bearer"
    assert answer.headers["WWW-Authenticate"].startswith(scheme)
    assert TOKEN not in detail(answer)
    assert kept(engine) == []


def test_with_the_token_all_is_open(
    make_client: Callable[..., FlaskClient], engine: Engine
) -> None:
    client = make_client(engine, TOKEN)
    assert post(client, "/webhook", body(ALERT), **GOOD).status_code == 200
    assert client.get("/runs", headers=GOOD).status_code == 200
    for path in ("/", "/metrics", "/-/healthy", "/-/ready"):
        assert client.get(path).status_code == 200


def test_a_token_may_hold_any_letters(
    make_client: Callable[..., FlaskClient], engine: Engine
) -> None:
    sent = {"Authorization": "Bearer tôken".encode().decode("latin-1")}
    assert make_client(engine, "tôken").get("/runs", headers=sent).status_code == 200


def test_a_manual_request_is_kept(client: FlaskClient, engine: Engine, bell: Bell) -> None:
    answer = post(client, "/retrain", b'{"game": "quina", "force": true, "key": "mine"}')
    assert answer.status_code == 202
    assert answer.json["data"]["key"] == "manual:mine"  # type: ignore[index]
    assert kept(engine) == ["manual:mine"]
    assert post(client, "/retrain", b'{"key": "mine"}').json["data"]["repeated"]  # type: ignore[index]
    assert bell.rung == 1


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        (b"game=quina", "the body is not JSON"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b"[]", "body: input should be a valid dictionary"),
        (b'{"game": "chess"}', "game 'chess' is not known; known games: demo, lotofacil"),
        (b'{"game": ["quina"]}', "game: "),
        (b'{"force": "yes"}', "force: 'yes' - input should be a valid boolean"),
        (b'{"key": ""}', "key: '' - string should have at least 1 character"),
        (b'{"games": "quina"}', "games: is not a known field"),
    ],
)
def test_a_manual_request_that_is_wrong_is_refused_with_the_reason(
    client: FlaskClient, engine: Engine, sent: bytes, wrong: str
) -> None:
    answer = post(client, "/retrain", sent)
    assert answer.status_code == 400
    assert detail(answer).startswith(wrong)
    assert kept(engine) == []


def test_runs_and_requests_are_shown(client: FlaskClient) -> None:
    post(client, "/webhook", body(ALERT))
    shown: Any = client.get("/runs?game=lotofacil&limit=5").json
    assert shown["data"]["runs"] == []
    assert shown["data"]["requests"][0]["reason"] == "model_drift"
    assert shown["data"]["requests"][0]["received_at"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", "limit: '0' - input should be greater than or equal to 1"),
        ("limit=501", "limit: '501'"),
        ("limit=٣", "limit: '٣'"),
        ("game=%00", "game '\\x00' is not known"),
        ("before=x", "before: 'x'"),
        (f"before={'0' * 19}1{'9' * 30}", "before: '000000"),
        (f"before={'9' * 5000}", "before: '999999"),
        ("size=5", "size: is not a known parameter"),
    ],
)
def test_a_wrong_query_is_refused(client: FlaskClient, query: str, wrong: str) -> None:
    answer = client.get(f"/runs?{query}")
    assert answer.status_code == 400
    assert detail(answer).startswith(wrong)


@pytest.mark.parametrize(("path", "code"), [("/nowhere", 404), ("/webhook", 405)])
def test_other_paths_and_methods_are_problems(client: FlaskClient, path: str, code: int) -> None:
    answer = client.get(path)
    assert answer.status_code == code
    assert detail(answer)


def test_a_database_that_is_away_is_told_as_503_so_that_the_sender_tries_again(
    make_client: Callable[..., FlaskClient],
) -> None:
    client = make_client(create_engine_for("sqlite:////nowhere/at/all.db"))
    for answer in (post(client, "/webhook", body(ALERT)), client.get("/-/ready")):
        assert answer.status_code == 503
        assert detail(answer) == "the database cannot be reached now"
    assert client.get("/-/healthy").status_code == 200


def test_a_worker_that_has_ended_is_not_healthy(client: FlaskClient, bell: Bell) -> None:
    bell.working = False
    assert client.get("/-/healthy").status_code == 503
    assert client.get("/-/ready").status_code == 503


def test_an_empty_database_is_not_ready(
    make_client: Callable[..., FlaskClient], tmp_path: Any
) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    answer = make_client(engine).get("/-/ready")
    assert answer.status_code == 503
    assert detail(answer) == "the database lacks migrations"
    engine.dispose()


def test_a_database_that_was_taken_away_is_told(
    make_client: Callable[..., FlaskClient], sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "used.db"
    with opened(copy_of(sqlite_template, path)) as engine:
        client = make_client(engine)
        assert client.get("/-/ready").status_code == 200
        path.unlink()
        answer = client.get("/-/ready")
    assert answer.status_code == 503
    assert detail(answer).startswith("database: the file was removed under this process")


def test_metrics_are_those_of_the_catalogue(client: FlaskClient) -> None:
    post(client, "/webhook", body(ALERT))
    client.get("/nowhere")
    shown = {
        family.name: family
        for family in text_string_to_metric_families(client.get("/metrics").text)
    }
    wanted = {metric.name: metric for metric in COLLECTOR.metrics}
    assert {name: (f.type, f.documentation) for name, f in shown.items()} == {
        name: (metric.kind, metric.help) for name, metric in wanted.items()
    }
    requests = shown["lotofacil_retrainer_http_requests"].samples
    assert {sample.labels["route"] for sample in requests} == {"/webhook", "unknown", "refused"}
    assert shown["lotofacil_retrainer_alerts_received"].samples[0].value == 1


def test_metrics_are_also_given_as_openmetrics(client: FlaskClient) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = client.get("/metrics", headers=accept)
    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_head_works(client: FlaskClient) -> None:
    assert client.head("/-/healthy").status_code == 200
