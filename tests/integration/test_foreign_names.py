"""A page whose name was made to lead here (DNS rebinding) gets nothing from either service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread

import pytest
import requests

from exporter.app import build, build_server
from exporter.config import load_settings
from tests.retrainer import service

Start = Callable[..., str]
EVERYWHERE = ("/", "/metrics", "/-/healthy", "/nowhere")
EXPORTER = (*EVERYWHERE, "/dashboard", "/api/metrics/summary")
RETRAINER = (*EVERYWHERE, "/runs")
TICKET = {"game_type": "lotofacil", "numbers": list(range(1, 16))}


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start_exporter(tmp_path: Path, sqlite_url: str, ending: ExitStack) -> Start:
    """A function that serves with these settings and returns the address on loopback."""

    def start(**settings: str) -> str:
        own = {"DATABASE_URL": sqlite_url, "LOTOFACIL_DATA_DIR": tmp_path / "data"}
        loaded = load_settings(own | settings)
        app = ending.enter_context(closing(build(loaded)))
        server = build_server(app)
        thread = Thread(target=server.run)
        thread.start()
        ending.callback(thread.join)
        ending.callback(server.stop)
        return f"http://127.0.0.1:{server.port}"

    return start


@pytest.fixture
def start_retrainer(tmp_path: Path, sqlite_url: str, ending: ExitStack) -> Start:
    """The same for a retrainer, a process of its own."""

    def start(**settings: str) -> str:
        running = service.start(tmp_path, service.environment(tmp_path, sqlite_url, **settings))
        ending.callback(running.server.stop)
        return running.url

    return start


def statuses(url: str, paths: tuple[str, ...], host: str) -> set[int]:
    return {
        requests.get(url + path, headers={"Host": host}, timeout=10).status_code for path in paths
    }


def assert_refused(answer: requests.Response) -> None:
    assert answer.status_code == 421
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == (
        "Host: 'evil.example:5000' is not known here; localhost and addresses are, and the names"
        " in LOTOFACIL_ALLOWED_HOSTS"
    )


def test_the_exporter(start_exporter: Start) -> None:
    url = start_exporter()
    assert statuses(url, EXPORTER, "evil.example:5000") == {421}
    foreign = {"Host": "evil.example:5000"}
    assert_refused(requests.get(f"{url}/metrics", headers=foreign, timeout=10))
    post = requests.post(f"{url}/api/predictions", json=TICKET, headers=foreign, timeout=10)
    assert_refused(post)
    for own in ("localhost:5000", "[::1]:5000"):
        assert statuses(url, ("/metrics", "/-/healthy"), own) == {200}


def test_the_retrainer(start_retrainer: Start) -> None:
    url = start_retrainer()
    assert statuses(url, RETRAINER, "evil.example:5000") == {421}
    foreign = {"Host": "evil.example:5000"}
    assert_refused(requests.get(f"{url}/runs", headers=foreign, timeout=10))
    assert_refused(requests.post(f"{url}/retrain", json={}, headers=foreign, timeout=10))
    assert statuses(url, ("/metrics", "/runs"), "localhost:5001") == {200}
    assert requests.get(f"{url}/runs", timeout=10).json()["data"]["requests"] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_names_that_are_told_are_answered_and_no_others(
    start_exporter: Start, start_retrainer: Start, host: str
) -> None:
    """As docker-compose.yml has it, where reading needs no token."""
    told = {"LOTOFACIL_ALLOWED_HOSTS": "exporter,retrainer,"}
    exporter = start_exporter(
        EXPORTER_HOST=host, EXPORTER_API_TOKEN="t", EXPORTER_ANONYMOUS_READ="true", **told
    )
    retrainer = start_retrainer(RETRAINER_HOST=host, RETRAINER_TOKEN="t", **told)
    assert statuses(exporter, ("/metrics",), "exporter:5000") == {200}
    assert statuses(retrainer, ("/metrics",), "retrainer:5001") == {200}
    assert statuses(exporter, EXPORTER, "evil.example") == {421}
    assert statuses(retrainer, RETRAINER, "evil.example") == {421}


def test_beyond_loopback_any_name_is_answered_where_none_is_told(start_exporter: Start) -> None:
    url = start_exporter(EXPORTER_HOST="0.0.0.0", EXPORTER_API_TOKEN="t")
    assert statuses(url, ("/metrics",), "monitor.empresa.com") == {200}
