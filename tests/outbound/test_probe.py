"""Whether a page is there, and what a process that answers says is wrong."""

import pytest
from flask import Flask, Response, request

from exporter.outbound.probe import ProbeAnswer, ask, program_at
from tests.pages.dashboard.conftest import serving
from tests.servers.ports import free_port


@pytest.fixture
def app() -> Flask:
    made = Flask("test")

    @made.get("/good")
    def good() -> str:
        return request.headers.get("Authorization", "")

    @made.get("/waits")
    def waits() -> Response:
        document = '{"detail": "no snapshot yet"}'
        return Response(document, 503, content_type="application/problem+json")

    return made


@pytest.mark.parametrize(
    ("path", "expected", "is_good"),
    [
        ("/good", ProbeAnswer(200, "200 OK"), True),
        ("/waits", ProbeAnswer(503, "503 no snapshot yet"), False),
        ("/nothing", ProbeAnswer(404, "404 NOT FOUND"), False),
    ],
)
def test_a_page_tells_how_it_is(
    app: Flask, path: str, expected: ProbeAnswer, *, is_good: bool
) -> None:
    with serving(app) as url:
        answer = ask(f"{url}{path}", "secret")
    assert (answer, answer.is_good) == (expected, is_good)


def test_nobody_there_is_an_answer_too() -> None:
    answer = ask(f"http://127.0.0.1:{free_port()}/")
    assert (answer, answer.is_good) == (ProbeAnswer(0, "ConnectionError"), False)


@pytest.mark.parametrize(
    ("page", "status", "program"),
    [
        ('go_build_info 1\nprometheus_build_info{version="3"} 1\n', 200, "prometheus"),
        ('lotofacil_exporter_build_info{version="1"} 1.0\n', 200, "lotofacil_exporter"),
        ("# HELP x_build_info of another", 200, "Werkzeug"),
        ("nothing here", 404, "Werkzeug"),
        ("too busy", 503, "None"),
        ("who are you?", 401, "None"),
    ],
)
def test_a_program_is_known_by_its_metrics_else_by_its_server(
    page: str, status: int, program: str
) -> None:
    app = Flask("test")
    app.add_url_rule("/metrics", view_func=lambda: (page, status))
    with serving(app) as url:
        assert str(program_at(url)).partition("/")[0] == program


def test_nobody_there_is_no_program() -> None:
    assert program_at(f"http://127.0.0.1:{free_port()}") is None
