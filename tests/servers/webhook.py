"""A receiver of webhooks that keeps what is posted, and answers badly when told to."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.waiting import PATIENCE_SECONDS, first, wait_until


@dataclass(frozen=True)
class Delivery:
    """One post: where to, its headers (lower case), its bytes, and the same as JSON."""

    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Answer:
    """What a post is answered with, after a delay in seconds."""

    status: int = 200
    delay: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)


class WebhookServer:
    """The received posts, in their order."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.received: list[Delivery] = []
        self._answers: deque[Answer] = deque()
        self._closing = threading.Event()

    def answer_with(
        self, status: int = 200, *, delay: float = 0, times: int = 1, **headers: str
    ) -> None:
        """Answer the next posts so (Retry-After is written Retry_After); then 200 again."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers.extend([Answer(status, delay, named)] * times)

    def wait_for(
        self,
        wanted: Callable[[Delivery], bool] = lambda _: True,
        timeout: float = PATIENCE_SECONDS,
    ) -> Delivery:
        """Return the first post that is wanted, as soon as it is there."""
        return wait_until(lambda: first(wanted, self.received), timeout, "the webhook")

    def clear(self) -> None:
        """Forget every post, and every answer that was to come."""
        self.received.clear()
        self._answers.clear()

    def close(self) -> None:
        """Let delayed answers go at once."""
        self._closing.set()

    def take(self, delivery: Delivery) -> Answer:
        """Keep a post and choose its answer."""
        self.received.append(delivery)
        answer = self._answers.popleft() if self._answers else Answer()
        self._closing.wait(answer.delay)
        return answer


def _handler_for(server: Callable[[], WebhookServer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._reply(server().take(Delivery(self.path, headers, raw)))

        def _reply(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler


@contextmanager
def running_webhook() -> Iterator[WebhookServer]:
    """Run a receiver in threads."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(lambda: webhook)) as listener:
        webhook = WebhookServer(listener.server_port)
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield webhook
        finally:
            webhook.close()
            listener.shutdown()
            thread.join()
