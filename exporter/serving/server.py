"""The production server: waitress with threads, stopped in order and within a second."""

import errno
import resource
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Event
from time import monotonic
from typing import Any

from waitress.adjustments import Adjustments

from exporter.domain.hosts import shown
from exporter.logs import get_logger
from exporter.serving.lanes import Lane, Lanes
from exporter.serving.listener import Listener, connections_in
from exporter.serving.loop import Sockets
from exporter.serving.terms import Allowance, Terms

_log = get_logger(__name__)
#: Bytes taken at a time: a batch of predictions then comes in with one or two calls.
_RECEIVE = 1 << 18
#: How long requests under way, and then idle threads, may take to end, in seconds.
_GRACE = 0.5
_THREADS_END = 0.2
#: Seconds between two looks at what takes too long.
_LOOK_EVERY = 0.5
#: Descriptors that are not clients': files, the database's connections, our own calls.
_OTHER_FILES = 200
#: A connection, and the file that a large body is kept in while it comes.
_FILES_EACH = 2


class CannotListen(OSError):
    """The address cannot be listened on; the message says why and what to change."""


class Server:
    """Listens from the start, serves with `run` until `stop`. Raises CannotListen."""

    def __init__(
        self,
        app: Callable[..., Any],
        host: str,
        port: int,
        lanes: Sequence[Lane],
        terms: Terms | None = None,
    ) -> None:
        self._terms = _within_open_files(terms or Terms())
        self._sockets = Sockets()
        self._stopping = Event()
        self._lanes = Lanes(lanes)
        try:
            self._listeners = self._listen(app, _adjustments(host, port, self._terms.allowance))
        except (OSError, ValueError) as error:
            self._sockets.close()
            raise CannotListen(_explained(error, host, port)) from error
        self._lanes.start()

    def _listen(self, app: Callable[..., Any], adjustments: Adjustments) -> list[Listener]:
        dispatcher: Any = self._lanes
        return [
            Listener(
                self._terms,
                app,
                map=self._sockets,
                dispatcher=dispatcher,
                adj=adjustments,
                sockinfo=address,
            )
            for address in adjustments.listen
        ]

    @property
    def port(self) -> int:
        """The port, also where 0 was asked for."""
        return int(self._listeners[0].effective_port)

    @property
    def address(self) -> str:
        """Where it really listens: localhost may be two addresses."""
        each = ((listener.effective_host, listener.effective_port) for listener in self._listeners)
        return ", ".join(f"{host}:{port}" for host, port in each)

    def run(self) -> None:
        """Serves until `stop` is called, then lets what is under way end, within a second."""
        next_look = monotonic()
        while not self._stopping.is_set():
            self._sockets.turn(_LOOK_EVERY)
            if monotonic() >= next_look:
                next_look = monotonic() + _LOOK_EVERY
                self._look()
        self._drain()

    def _look(self) -> None:
        for connection in connections_in(self._sockets):
            connection.look()
        self._terms.traffic.connections = len(connections_in(self._sockets))
        self._sockets.ask_all()

    def stop(self) -> None:
        """Has `run` return soon; for other threads and for signal handlers."""
        if not self._stopping.is_set():
            self._stopping.set()
            with suppress(OSError):  # `run` saw it already and has closed its pipe
                # One byte into a pipe: safe wherever this is called.
                self._listeners[0].pull_trigger()

    def _drain(self) -> None:
        for listener in self._listeners:
            listener.accepting = False
        self._sockets.ask_all()
        deadline = monotonic() + _GRACE
        while monotonic() < deadline and self._is_busy():
            self._sockets.turn(0.02)
        self._lanes.shutdown(timeout=_THREADS_END)
        self._sockets.close()

    def _is_busy(self) -> bool:
        clients = connections_in(self._sockets)
        return any(each.requests or each.total_outbufs_len for each in clients)


def stop_on_signals(server: Server, also: Callable[[], object] | None = None) -> None:
    """Has SIGTERM and SIGINT stop the server; to be called in the main thread.

    `also` is called then, too: it must be as short as what may interrupt anything.
    """

    def stop(*_: object) -> None:
        if also:
            also()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _adjustments(host: str, port: int, allowance: Allowance) -> Adjustments:
    return Adjustments(
        host=host,
        port=port,
        ident=None,
        recv_bytes=_RECEIVE,
        backlog=1024,
        max_request_header_size=allowance.header_bytes,
        max_request_body_size=allowance.body_bytes + 1,
        channel_request_lookahead=1,  # else nobody would notice that a client has left
        clear_untrusted_proxy_headers=True,
    )


def _within_open_files(terms: Terms) -> Terms:
    """The terms with no more connections than the process may have files open."""
    allowance = terms.allowance
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_EACH * allowance.connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        if most < wanted:
            _log.warning("few_open_files", allowed=most, wanted=wanted)
        allowance = replace(allowance, connections=max((most - _OTHER_FILES) // _FILES_EACH, 1))
    return replace(terms, allowance=allowance)


def _explained(error: OSError | ValueError, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        why = "the port is in use; EXPORTER_PORT or RETRAINER_PORT chooses another"
    else:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"cannot listen on {shown(host)}:{port}: {why}"
