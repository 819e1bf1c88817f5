import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from exporter.outbound.alertmanager import (
    Alertmanager,
    AlertmanagerAway,
    ConfigOutcome,
    ConfigurationRefused,
    apply_configuration,
)
from tests.servers.alertmanager import StartAlertmanager
from tests.servers.ports import free_port
from tests.servers.process import find_program
from tests.servers.waiting import wait_until

GOOD = "route: {receiver: first}\nreceivers: [{name: first}]\n"
BETTER = "route: {receiver: second}\nreceivers: [{name: second}]\n"
BAD = "route: {receiver: nobody}\nreceivers: [{name: first}]\n"
#: Right by its form, but what it includes is not: only who loads it finds out.
TEMPLATE = GOOD + "templates: [templates/t.tmpl]\n"


@pytest.fixture
def nobody() -> Alertmanager:
    return Alertmanager(f"http://127.0.0.1:{free_port()}")


@pytest.fixture(params=["amtool", "no amtool"])
def first_check(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether amtool checks first, or Alertmanager itself must refuse."""
    found = find_program("amtool") if request.param == "amtool" else None
    finder = SimpleNamespace(which=lambda _: found)
    monkeypatch.setattr("exporter.outbound.alertmanager.shutil", finder)


@contextmanager
def answering(body: str) -> Iterator[Alertmanager]:
    """A server that answers whatever it is asked for with this body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Alertmanager(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "null",
        "{}",
        '{"uptime": "soon", "config": {"original": "a"}, "versionInfo": {"version": "1"}}',
        '{"uptime": "2024-02-01T00:00:00Z", "config": null, "versionInfo": {"version": "1"}}',
        '[{"fingerprint": 5}]',
        "[5]",
    ],
)
def test_what_is_no_alertmanager_is_taken_for_none(body: str) -> None:
    with answering(body) as server:
        with pytest.raises(AlertmanagerAway, match="is no Alertmanager"):
            server.status()
        with pytest.raises(AlertmanagerAway, match="is no Alertmanager"):
            server.alerts()


def test_without_alertmanager_the_file_is_kept_for_it(tmp_path: Path, nobody: Alertmanager) -> None:
    path = tmp_path / "new" / "alertmanager.yml"
    outcome = apply_configuration(path, GOOD, nobody, beside={"templates/t.tmpl": "x"})
    assert outcome is ConfigOutcome.AWAY
    assert path.read_text() == GOOD
    assert (path.parent / "templates" / "t.tmpl").read_text() == "x"


def test_only_we_can_read_it_unless_told_otherwise(tmp_path: Path, nobody: Alertmanager) -> None:
    path = tmp_path / "alertmanager.yml"
    apply_configuration(path, GOOD, nobody)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    apply_configuration(path, GOOD, nobody, mode=0o640)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_no_half_written_file_stays(tmp_path: Path, nobody: Alertmanager) -> None:
    path = tmp_path / "alertmanager.yml"
    apply_configuration(path, GOOD, nobody)
    with pytest.raises(UnicodeEncodeError):
        apply_configuration(path, "\ud800", nobody)
    assert path.read_text() == GOOD
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"alertmanager.yml", ".alertmanager.yml.lock"}


def test_an_amtool_that_hangs_is_named_and_nothing_is_written(
    tmp_path: Path, nobody: Alertmanager, monkeypatch: pytest.MonkeyPatch
) -> None:
    amtool = tmp_path / "bin" / "amtool"
    amtool.parent.mkdir()
    amtool.write_text("#!/bin/sh\nexec sleep 600\n")
    amtool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{amtool.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("exporter.outbound.alertmanager.AMTOOL_SECONDS", 0.1)
    path = tmp_path / "alertmanager.yml"
    with pytest.raises(ConfigurationRefused, match=r"amtool gave no answer in 0\.1 s"):
        apply_configuration(path, GOOD, nobody)
    assert not path.exists()


def test_a_server_that_is_away_is_named(nobody: Alertmanager) -> None:
    for ask in (nobody.status, nobody.alerts, nobody.reload):
        with pytest.raises(AlertmanagerAway, match=r"127\.0\.0\.1"):
            ask()


@pytest.mark.integration
class TestRealAlertmanager:
    """The same against a running server."""

    @pytest.mark.usefixtures("first_check")
    def test_a_new_configuration_is_in_force(
        self, start_alertmanager: StartAlertmanager, tmp_path: Path
    ) -> None:
        path = tmp_path / "alertmanager.yml"
        path.write_text(GOOD)
        server = Alertmanager(start_alertmanager(path).url)
        assert "receiver: first" in server.status()["config"]["original"]
        assert apply_configuration(path, BETTER, server) is ConfigOutcome.APPLIED
        assert "receiver: second" in server.status()["config"]["original"]

    @pytest.mark.usefixtures("first_check")
    @pytest.mark.parametrize("beside", [{}, {"templates/t.tmpl": "{{ broken"}])
    def test_what_is_refused_leaves_the_old_one_in_force(
        self,
        start_alertmanager: StartAlertmanager,
        tmp_path: Path,
        beside: dict[str, str],
    ) -> None:
        path = tmp_path / "alertmanager.yml"
        path.write_text(GOOD)
        server = Alertmanager(start_alertmanager(path).url)
        wrong = TEMPLATE if beside else BAD
        with pytest.raises(ConfigurationRefused) as refused:
            apply_configuration(path, wrong, server, beside=beside)
        assert "\n" not in str(refused.value)
        assert ("t.tmpl" if beside else "nobody") in str(refused.value)
        assert path.read_text() == GOOD
        assert not (tmp_path / "templates" / "t.tmpl").exists()
        assert "receiver: first" in server.status()["config"]["original"]
        assert apply_configuration(path, BETTER, server) is ConfigOutcome.APPLIED

    def test_it_is_told_alerts_and_lists_them(self, start_alertmanager: StartAlertmanager) -> None:
        server = Alertmanager(start_alertmanager(GOOD).url)
        server.post_alerts([{"labels": {"alertname": "Teste", "severity": "info"}}])
        found = wait_until(server.alerts)
        assert found[0]["labels"]["alertname"] == "Teste"

    def test_secrets_are_not_shown_by_its_status(
        self, start_alertmanager: StartAlertmanager, tmp_path: Path
    ) -> None:
        path = tmp_path / "alertmanager.yml"
        path.write_text(GOOD)
        server = Alertmanager(start_alertmanager(path).url)
        hook = (
            "route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url:"
            " 'http://x.example/path-secret', http_config: {http_headers: {X-Key: {secrets:"
            " [header-secret]}}}}]}]\n"
        )
        apply_configuration(path, hook, server)
        shown = server.status()["config"]["original"]
        assert "header-secret" not in shown
        assert "path-secret" not in shown
