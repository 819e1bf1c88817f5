"""One client's connection: what it may take of the server's time is limited."""

import socket
import time
from contextlib import suppress
from functools import partial
from threading import Condition, Lock
from time import monotonic
from typing import Any

from waitress.channel import HTTPChannel

from exporter.serving.incoming import Incoming
from exporter.serving.refusals import Refusal, RefusalTask, Refused
from exporter.serving.terms import Terms

#: How long what a refused client still sends is taken and thrown away, in seconds: a connection
#: that is closed on it would take the answer with it.
_LINGER_SECONDS = 2.0
#: Bytes taken at a time while it is not a body of known length that comes.
_LITTLE = 8192
_BUSY = Refusal(503, "too many requests wait for this server", {"Retry-After": "5"})


class Connection(HTTPChannel):
    """A channel that ends in time, whatever the client does."""

    error_task_class = RefusalTask
    server: Any  # the listener, with its terms
    socket: socket.socket
    requests_lock: Lock
    outbuf_lock: Condition
    outbufs: list[Any]
    last_activity: float
    request: Incoming | None
    requests: list[Incoming]

    def __init__(self, server: Any, *arguments: Any, **more: Any) -> None:
        self._terms: Terms = server.terms
        self.refuses = False
        self._lingers_until = 0.0
        self.parser_class = partial(  # type: ignore[assignment]  # called as the class would be
            Incoming, terms=server.terms
        )
        super().__init__(server, *arguments, **more)

    def received(self, data: bytes) -> bool:
        """Takes in what came; of a client that is refused nothing more."""
        if self.refuses:
            return False
        is_taken = super().received(data)
        self.refuses |= any(request.error for request in self.requests)
        return bool(is_taken)

    def service(self) -> None:
        """Has a thread answer; no work is begun for a client that has waited too long."""
        request = self.requests[0]
        if not request.error and self._has_waited(request):
            request.error = Refused(_BUSY)
        super().service()

    def send_continue(self) -> None:
        """Has the loop's thread send it: no other may find the client gone, and close."""
        line = b"HTTP/1.1 100 Continue\r\n\r\n"
        if self.request:
            self.request.expect_continue = False
        with self.outbuf_lock:
            if self.connected:
                self.outbufs[-1].append(line)
                self.current_outbuf_count += len(line)
                self.total_outbufs_len += len(line)
                self.sent_continue = True

    def _flush_some(self, do_close: bool = True) -> bool:
        with self.outbuf_lock:  # or two threads would send the same
            return bool(super()._flush_some(do_close))  # type: ignore[misc]  # the stubs lack it

    def _flush_some_if_lockable(self, do_close: bool = True) -> None:
        """Waits for a thread that sends just now: asking again at once would take its processor."""
        with self.outbuf_lock:
            self._flush_some(do_close)
            if self.total_outbufs_len < self.adj.outbuf_high_watermark:
                self.outbuf_lock.notify()

    def is_waited_for(self) -> bool:
        """Whether it is the client's turn, and no thread of ours is at work for it."""
        return not self.requests and not self.total_outbufs_len

    def look(self) -> None:
        """Ends what takes too long; to be called now and then by the thread of the sockets."""
        if self._lingers_until:
            if monotonic() > self._lingers_until:
                self.handle_close()
        elif self.total_outbufs_len:
            if self._is_still():
                self.drop("response")
        elif self.requests:
            self._look_at_queue(self.requests[0])
        else:
            self._look_at_request()

    def _look_at_queue(self, request: Incoming) -> None:
        if not request.error and not request.has_begun() and self._has_waited(request):
            request.error = Refused(_BUSY)
            self.server.add_task(self)

    def _has_waited(self, request: Incoming) -> bool:
        return monotonic() - request.came > self._terms.allowance.queue_seconds

    def _look_at_request(self) -> None:
        request = self.request
        if request is None:
            if self._is_still():
                self.handle_close()
        elif not request.headers_finished:
            if monotonic() - request.began > self._terms.allowance.header_seconds:
                self.drop("headers")
        elif monotonic() - request.body_began > self._terms.allowance.body_seconds:
            seconds = f"{self._terms.allowance.body_seconds:g}"
            self._refuse(request, Refusal(408, f"the body did not come within {seconds} s"))

    def _is_still(self) -> bool:
        return time.time() - self.last_activity > self._terms.allowance.idle_seconds

    def drop(self, reason: str) -> None:
        """Ends the connection without an answer, and counts why."""
        self._terms.traffic.dropped[reason] += 1
        self.handle_close()

    def _refuse(self, request: Incoming, refusal: Refusal) -> None:
        with self.requests_lock:
            request.refuse(refusal)
            self.refuses = True
            self.request = None
            self.requests.append(request)
            self.server.add_task(self)

    def readable(self) -> bool:
        """Whether to wait for what the client sends."""
        return bool(self._lingers_until) or bool(super().readable())

    def handle_read(self) -> None:
        """Takes in what came, or throws it away."""
        if self._lingers_until:
            with suppress(OSError):
                self.recv(self.adj.recv_bytes)  # closes by itself at the end
        else:
            self._take()

    def _take(self) -> None:
        """Takes little at a time while headers are read: splitting them costs its square."""
        request = self.request
        is_body = request is not None and request.headers_finished and not request.chunked
        try:
            data = self.recv(self.adj.recv_bytes if is_body else _LITTLE)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if data:
            self.last_activity = time.time()
            self.received(data)

    def handle_write(self) -> None:
        """Sends what there is to send; a refused client gets to read it before the end."""
        if self.refuses and self.close_when_flushed:
            self._flush_exception(self._flush_some)  # type: ignore[attr-defined]
            if self.will_close:
                self.handle_close()
            elif self.connected and not self.total_outbufs_len:
                self._linger()
        else:
            super().handle_write()

    def _linger(self) -> None:
        self.close_when_flushed = False
        self._lingers_until = monotonic() + _LINGER_SECONDS
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
