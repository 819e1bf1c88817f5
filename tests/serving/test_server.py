"""The real server: sockets, limits, and stopping."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from flask import Flask

from exporter.serving.connection import Connection
from exporter.serving.lanes import Lane
from exporter.serving.loop import Sockets
from exporter.serving.server import CannotListen, Server
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

LANES = [Lane(("/",), 2)]


@dataclass
class Slow:
    """An application whose answer can be held back."""

    app: Flask
    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def answer(self) -> str:
        self.asked.set()
        self.may_answer.wait(PATIENCE_SECONDS)
        return "done"


@pytest.fixture
def slow() -> Slow:
    made = Slow(Flask("slow"))
    made.app.config["MAX_CONTENT_LENGTH"] = 1000
    made.app.add_url_rule("/slow", view_func=made.answer)
    return made


@pytest.fixture
def slow_app(slow: Slow) -> Flask:
    return slow.app


@contextmanager
def running(app: Flask) -> Iterator[tuple[Server, threading.Thread]]:
    server = Server(app, "127.0.0.1", 0, LANES)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, thread
    finally:
        server.stop()
        thread.join(PATIENCE_SECONDS)


def test_stopping_takes_less_than_a_second(slow_app: Flask) -> None:
    """A busy machine may hold up one stop or another, and not every one."""
    assert any(seconds_to_stop(slow_app) < 1 for _ in range(5))


def seconds_to_stop(app: Flask) -> float:
    with running(app) as (server, thread):
        requests.get(f"http://127.0.0.1:{server.port}/none", timeout=PATIENCE_SECONDS)
        started = time.monotonic()
        server.stop()
        thread.join(PATIENCE_SECONDS)
        return time.monotonic() - started


def get(url: str) -> str:
    return requests.get(url, timeout=PATIENCE_SECONDS).text


def test_what_is_under_way_is_finished(slow: Slow) -> None:
    answers: list[str] = []
    with running(slow.app) as (server, thread):
        url = f"http://127.0.0.1:{server.port}/slow"
        asking = threading.Thread(target=lambda: answers.append(get(url)))
        asking.start()
        assert slow.asked.wait(PATIENCE_SECONDS)
        listener = server._listeners[0]
        server.stop()
        wait_until(lambda: not listener.accepting, what="the end of accepting")
        thread.join(0.1)
        assert thread.is_alive()  # it waits for the answer
        slow.may_answer.set()
        thread.join(PATIENCE_SECONDS)
        asking.join(PATIENCE_SECONDS)
    assert answers == ["done"]


def test_the_loop_takes_no_processor_while_a_thread_sends(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take the interpreter from the very thread it waits for, again and again."""
    sending, may_send, turns = threading.Event(), threading.Event(), Counter[str]()
    send, turn = Connection.send, Sockets.turn

    def send_late(self: Connection, *given: Any, **more: Any) -> int:
        sending.set()
        may_send.wait(PATIENCE_SECONDS)
        return int(send(self, *given, **more))

    def count(self: Sockets, seconds: float) -> None:
        turns["all"] += 1
        turn(self, seconds)

    monkeypatch.setattr(Connection, "send", send_late)
    monkeypatch.setattr(Sockets, "turn", count)
    slow.may_answer.set()
    with running(slow.app) as (server, _):
        asking = threading.Thread(target=get, args=(f"http://127.0.0.1:{server.port}/slow",))
        asking.start()
        assert sending.wait(PATIENCE_SECONDS)
        server._listeners[0].pull_trigger()
        with pytest.raises(TimeoutError):
            wait_until(lambda: turns["all"] > 100, timeout=0.5)
        may_send.set()
        asking.join(PATIENCE_SECONDS)


def test_a_port_in_use_is_explained_in_one_line(slow_app: Flask) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}: the port is in use"):
            Server(slow_app, "127.0.0.1", port, LANES)


def test_a_host_that_is_none_is_explained(slow_app: Flask) -> None:
    with pytest.raises(CannotListen, match=r"no-such-host\.invalid"):
        Server(slow_app, "no-such-host.invalid", 0, LANES)


def test_what_the_server_itself_refuses_is_a_problem_document(slow_app: Flask) -> None:
    with (
        running(slow_app) as (server, _),
        socket.create_connection(
            ("127.0.0.1", server.port), timeout=PATIENCE_SECONDS
        ) as connection,
    ):
        connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
