"""What clients cannot do to the server: each test is one of them, on a real socket."""

import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
import requests
from flask import Flask, Response, request

from exporter.serving.lanes import MONITORING, WRITING, Lane
from exporter.serving.refusals import Gate, Refusal, open_gate
from exporter.serving.server import Server
from exporter.serving.terms import Allowance, Terms, Traffic
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
THREADS = 2


class Site:
    """A served application that notes which paths it was asked for, and its clients."""

    def __init__(self, allowance: Allowance, gate: Gate) -> None:
        self.app = Flask("site")
        self.traffic = Traffic()
        lanes = (MONITORING, Lane(("/",), THREADS, WRITING), Lane(("/",), THREADS))
        self.server = Server(self.app, "127.0.0.1", 0, lanes, Terms(allowance, gate, self.traffic))
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.asked = threading.Semaphore(0)
        self.may_answer = threading.Event()
        self.left = threading.Event()
        self.paths: list[str] = []
        self.clients = ExitStack()
        self.app.before_request(lambda: self.paths.append(request.path))
        self.app.add_url_rule("/echo", view_func=self.echo, methods=["POST"])
        for path, view in (
            ("/-/healthy", self.healthy),
            ("/slow", self.slow),
            ("/endless", self.endless),
            ("/waits-for-its-client", self.wait_for_client),
        ):
            self.app.add_url_rule(path, view_func=view)

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A client's connection, and what it sent at once."""
        address = ("127.0.0.1", self.server.port)
        connection = socket.create_connection(address, timeout=PATIENCE_SECONDS)
        self.clients.enter_context(connection)
        connection.sendall(sent)
        return connection

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=PATIENCE_SECONDS)

    def post(self, body: Any) -> requests.Response:
        return requests.post(f"{self.url}/echo", data=body, timeout=PATIENCE_SECONDS)

    def echo(self) -> bytes:
        return request.get_data()

    def healthy(self) -> str:
        return "healthy"

    def slow(self) -> str:
        self.asked.release()
        self.may_answer.wait(PATIENCE_SECONDS)
        return "done"

    def endless(self) -> Response:
        return Response(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 100_000
        finally:
            self.left.set()

    def wait_for_client(self) -> str:
        has_left = request.environ["waitress.client_disconnected"]
        self.asked.release()
        wait_until(has_left, what="the client's leaving")
        self.left.set()
        return ""


@contextmanager
def served(allowance: Allowance | None = None, gate: Gate = open_gate) -> Iterator[Site]:
    site = Site(allowance or Allowance(), gate)
    thread = threading.Thread(target=site.server.run)
    thread.start()
    try:
        with site.clients:
            yield site
    finally:
        site.may_answer.set()
        site.server.stop()
        thread.join(PATIENCE_SECONDS)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    answer = b""
    while chunk := connection.recv(65_536):
        answer += chunk
    return answer


def is_ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1)
    except ConnectionResetError:
        return True


def problem(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    found: dict[str, Any] = json.loads(body)
    return found


def no_token(_method: str, _path: str, headers: Mapping[str, str]) -> Refusal | None:
    if headers.get("AUTHORIZATION") == "Bearer right":
        return None
    return Refusal(401, "no token", {"WWW-Authenticate": "Bearer"})


def test_headers_that_never_end_are_dropped() -> None:
    with served(Allowance(header_seconds=0.2)) as site:
        held = [site.connect(b"GET /slow HTTP/1.1\r\nX-") for _ in range(20)]
        assert all(map(is_ended, held))
        assert site.traffic.dropped == {"headers": 20}
        assert site.get("/-/healthy").text == "healthy"


def test_a_byte_now_and_then_buys_no_time() -> None:
    with served(Allowance(header_seconds=0.5)) as site:
        slow = site.connect(b"GET / HTTP/1.1\r\n")

        def trickle() -> bool:
            try:
                slow.sendall(b"X")
            except OSError:
                return True
            return False

        wait_until(trickle, what="the end of a connection that trickles")
        assert site.traffic.dropped == {"headers": 1}


def test_a_body_that_does_not_come_is_told_so() -> None:
    with served(Allowance(body_seconds=0.2)) as site:
        answer = read_all(site.connect(HEAD + b"Content-Length: 10\r\n\r\nabc"))
    assert problem(answer)["status"] == 408
    assert problem(answer)["detail"] == "the body did not come within 0.2 s"
    assert site.paths == []


def test_idle_connections_end() -> None:
    with served(Allowance(idle_seconds=0.2)) as site:
        never_asked = site.connect()
        assert read_all(site.connect(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")).endswith(
            b"healthy"
        )
        assert is_ended(never_asked)
        wait_until(lambda: site.traffic.connections == 0)
        assert not site.traffic.dropped


def test_who_takes_nothing_of_an_answer_frees_the_thread() -> None:
    with served(Allowance(idle_seconds=0.2)) as site:
        for _ in range(THREADS):
            site.connect(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert site.left.wait(PATIENCE_SECONDS)
        assert site.get("/missing").status_code == 404
        assert site.traffic.dropped["response"] >= 1


def test_there_is_always_room_for_one_more() -> None:
    with served(Allowance(connections=10)) as site:
        held = [site.connect(b"GET /slow HTTP/1.1\r\nX-") for _ in range(30)]
        assert site.get("/-/healthy").text == "healthy"
        assert site.traffic.connections <= 10
        assert site.traffic.dropped["room"] == 21
        assert is_ended(held[0])


def test_who_is_being_answered_keeps_the_connection() -> None:
    with served(Allowance(connections=3)) as site:
        asking = site.connect(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        for _ in range(10):
            site.connect()
        wait_until(lambda: site.traffic.dropped["room"] == 8)
        site.may_answer.set()
        assert read_all(asking).endswith(b"done")


def test_the_token_is_looked_at_before_the_body_is_sent() -> None:
    with served(gate=no_token) as site:
        answer = read_all(site.connect(HEAD + b"Content-Length: 1000000\r\n\r\n"))
    assert b"\r\nWww-Authenticate: Bearer\r\n" in answer
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "no token",
    }
    assert site.traffic.refused == {401: 1}
    assert site.paths == []


def test_who_asks_first_is_not_told_to_go_on() -> None:
    expect = b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with served(gate=no_token) as site:
        assert read_all(site.connect(HEAD + expect)).startswith(b"HTTP/1.1 401")
        right = b"Authorization: Bearer right\r\nConnection: close\r\n"
        friend = site.connect(HEAD + right + expect)
        assert friend.recv(4096).startswith(b"HTTP/1.1 100")
        friend.sendall(b"hello")
        assert read_all(friend).endswith(b"hello")


def test_who_goes_on_sending_still_reads_the_answer() -> None:
    with served(gate=no_token) as site:
        body = b"GET /slow HTTP/1.1\r\n\r\n" * 400_000  # 9 MB, more than any socket holds
        assert site.post(body).status_code == 401
        assert site.get("/-/healthy").text == "healthy"
        assert site.paths == ["/-/healthy"]  # nothing of the body was taken for a request


def test_bodies_and_headers_have_a_largest_size() -> None:
    allowance = Allowance(body_bytes=1000, header_bytes=2000)
    with served(allowance) as site:
        assert site.post(b"x" * 1000).ok
        large, chunked = site.post(b"x" * 1001), site.post(iter([b"x" * 600] * 2))
        assert large.json()["detail"] == "the body is larger than 1000 bytes"
        assert (large.status_code, chunked.status_code) == (413, 413)
        wordy = requests.get(site.url, headers={"X": "y" * 3000}, timeout=PATIENCE_SECONDS)
        assert wordy.status_code == 431
        assert site.traffic.refused == {413: 2, 431: 1}


def test_monitoring_does_not_wait_for_the_others() -> None:
    with served() as site:
        for _ in range(THREADS + 3):
            site.connect(SLOW)
        for _ in range(THREADS):
            assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        assert site.get("/-/healthy").text == "healthy"
        assert not site.may_answer.is_set()


def test_recording_does_not_wait_for_reading() -> None:
    with served() as site:
        for _ in range(THREADS + 3):
            site.connect(SLOW)
        for _ in range(THREADS):
            assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        assert site.post(b"recorded").text == "recorded"
        assert not site.may_answer.is_set()


def test_no_work_is_begun_for_who_has_waited_too_long() -> None:
    with served(Allowance(queue_seconds=0)) as site:
        answer = read_all(site.connect(SLOW))
    assert problem(answer)["status"] == 503
    assert b"Retry-After: 5" in answer
    assert site.paths == []


def test_who_waits_too_long_is_told_so_while_all_threads_are_busy() -> None:
    with served(Allowance(queue_seconds=0.5)) as site:
        for _ in range(THREADS):
            site.connect(SLOW)
            assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        assert problem(read_all(site.connect(SLOW)))["status"] == 503
        assert site.paths == ["/slow"] * THREADS
        assert not site.may_answer.is_set()


def test_slashes_do_not_lead_into_another_lane() -> None:
    with served() as site:
        for _ in range(THREADS):
            site.connect(SLOW)
            assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        connection = site.connect(b"GET ///-/healthy HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert read_all(connection).endswith(b"healthy")


def test_what_only_reads_takes_no_body() -> None:
    with served() as site:
        answer = read_all(site.connect(b"GET /slow HTTP/1.1\r\nContent-Length: 9999\r\n\r\n"))
    assert problem(answer)["detail"] == "GET takes no body"
    assert site.paths == []


def test_nobody_passes_the_gate_behind_a_request_that_expects_to_go_on() -> None:
    first = b"GET /-/healthy HTTP/1.1\r\nExpect: 100-continue\r\n\r\n"
    with served(gate=no_token) as site:
        answer = read_all(site.connect(first + HEAD + b"Content-Length: 1000000\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 401" in answer
    assert site.paths == ["/-/healthy"]


#: What cannot be a request, or is one that never ends.
NONSENSE = {
    "blank lines": b"\r\n" * 100_000,
    "pipelined": b"GET /-/healthy HTTP/1.1\r\n\r\n" * 10_000,
    "a long length": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a long chunk line": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 900_000,
    "small chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100_000,
    "garbage": b"\x16\x03\x01" * 1000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_harms_its_sender_alone(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with served() as site:
        senders = [threading.Thread(target=send, args=(site, NONSENSE[name])) for _ in range(8)]
        for sender in senders:
            sender.start()
        for _ in range(20):
            began = time.monotonic()
            assert site.get("/-/healthy").text == "healthy"
            assert time.monotonic() - began < 3  # it is some hundredths; others use the machine
        for sender in senders:
            sender.join(PATIENCE_SECONDS)
    assert [record for record in caplog.records if record.name.startswith("waitress")] == []


def send(site: Site, sent: bytes) -> None:
    """Sends what the server takes of it, then resets the connection."""
    address = ("127.0.0.1", site.server.port)
    with suppress(OSError), socket.create_connection(address, timeout=5) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(sent)


def test_clients_that_vanish_at_any_moment_end_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A thread that finds its client gone must not take the connection from under the loop."""
    begun = b"GET /-/healthy HTTP/1.1\r\n\r\n" + HEAD
    vanishing = begun + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with served(Allowance(connections=50)) as site, ThreadPoolExecutor(6) as clients:
        list(clients.map(lambda _: send(site, vanishing), range(1500)))
        assert site.get("/-/healthy").text == "healthy"
    assert [record for record in caplog.records if record.name.startswith("waitress")] == []


def test_waiting_requests_are_not_logged_one_by_one(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), served() as site:
        for _ in range(30):
            site.connect(SLOW)
        assert site.get("/-/healthy").text == "healthy"
    assert [r for r in caplog.records if r.name.startswith("waitress.queue")] == []


def test_the_application_can_ask_whether_its_client_has_left() -> None:
    with served() as site:
        leaving = site.connect(b"GET /waits-for-its-client HTTP/1.1\r\nHost: x\r\n\r\n")
        assert site.asked.acquire(timeout=PATIENCE_SECONDS)
        assert not site.left.is_set()
        leaving.close()
        assert site.left.wait(PATIENCE_SECONDS)


def test_strangers_leave_no_files_behind() -> None:
    before = set(Path(gettempdir()).iterdir())
    with served(gate=no_token) as site:
        for _ in range(10):
            site.post(b"x" * 5_000_000)
        assert site.traffic.refused == {401: 10}
        assert {p for p in Path(gettempdir()).iterdir() if p.is_file()} <= before
