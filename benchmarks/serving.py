"""Servers in processes of their own: the exporter, and what it is compared with."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from flask import Flask, Response, request

from exporter.app import build, build_web
from exporter.config import load_settings
from exporter.serving.lanes import Lane
from exporter.serving.server import Server, stop_on_signals
from tests.servers.ports import free_port
from tests.servers.waiting import answers, wait_until

EXPORTER = ("exporter.cli", "serve")
DISCARDING = ("benchmarks.serving", "discarding")
READING_EACH_TIME = ("benchmarks.serving", "reading")
_SETTINGS = ("DATABASE_URL", "LOTOFACIL_DATA_DIR", "EXPORTER_PORT")


@contextmanager
def serving(module: Sequence[str], folder: Path) -> Iterator[int]:
    """The module (with its arguments) as a process that serves on the port that is given."""
    port = free_port()
    url = f"sqlite:///{folder / 'metrics.db'}"
    given = dict(zip(_SETTINGS, (url, str(folder), str(port)), strict=True))
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", *module], env=os.environ | given, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/-/healthy"), 60)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def post(connection: HTTPConnection, body: bytes) -> None:
    """Posts predictions and reads the answer."""
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/predictions", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 201:
        raise RuntimeError(text[:300].decode())


def get_metrics(connection: HTTPConnection) -> bytes:
    """Scrapes once."""
    connection.request("GET", "/metrics")
    return connection.getresponse().read()


def _discarding() -> Flask:
    """The cheapest application that takes the same bodies in."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 16_000_000
    app.add_url_rule("/-/healthy", "health", lambda: "")

    def discard() -> Response:
        request.get_data(cache=False)
        return Response(status=201)

    app.add_url_rule("/api/predictions", "discard", discard, methods=["POST"])
    return app


def _reading() -> Flask:
    """The exporter, except that every scrape reads the database and renders."""
    app = build(load_settings({name: os.environ[name] for name in _SETTINGS}))
    web = build_web(app)

    def read() -> None:
        if request.path == "/metrics":
            app.snapshots.take()

    web.before_request(read)
    return web


def _main(kind: str) -> None:
    web = _discarding() if kind == "discarding" else _reading()
    server = Server(web, "127.0.0.1", int(os.environ["EXPORTER_PORT"]), [Lane(("/",), 8)])
    stop_on_signals(server)
    server.run()


if __name__ == "__main__":
    _main(sys.argv[1])
