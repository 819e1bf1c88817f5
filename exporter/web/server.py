"""The production server: waitress with threads, stopped in order and within a second."""

import errno
import signal
from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask

from exporter.web.problems import CONTENT_TYPE, Problem, document

#: Waitress refuses bodies this much above the application's own limit before it reads them.
_SLACK = 1 << 20
#: Bytes taken at a time: a batch of predictions then comes in with one or two calls.
_RECEIVE = 1 << 18
#: How long requests under way, and then idle threads, may take to end, in seconds.
_GRACE = 0.5
_THREADS_END = 0.2


class CannotListen(OSError):
    """The address cannot be listened on; the message says why and what to change."""


class _ProblemTask(ErrorTask):
    """What waitress itself refuses, in the form of every other error."""

    def execute(self) -> None:
        error = self.request.error  # type: ignore[attr-defined]  # a request that has one
        body = document(Problem(error.code, error.body))
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [("Content-Type", CONTENT_TYPE)]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):
    error_task_class = _ProblemTask


class Server:
    """Listens from the start, serves with `run` until `stop`. Raises CannotListen."""

    def __init__(self, app: Flask, host: str, port: int, threads: int) -> None:
        self._map: dict[int, Any] = {}
        self._stopping = Event()
        options = {
            "threads": threads,
            "ident": None,
            "recv_bytes": _RECEIVE,
            "max_request_body_size": app.config["MAX_CONTENT_LENGTH"] + _SLACK,
            "clear_untrusted_proxy_headers": True,
            "channel_request_lookahead": 1,  # else it does not look whether a client has left
        }
        try:
            self._server: Any = create_server(app, map=self._map, host=host, port=port, **options)
        except (OSError, ValueError) as error:
            wasyncore.close_all(self._map)
            raise CannotListen(_explained(error, host, port)) from error
        for listener in self._listeners():
            listener.channel_class = _Channel

    @property
    def port(self) -> int:
        """The port, also where 0 was asked for."""
        return int(next(self._listeners()).effective_port)

    def run(self) -> None:
        """Serves until `stop` is called, then lets what is under way end, within a second."""
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=self._map, count=1)
        self._drain()

    def stop(self) -> None:
        """Has `run` return soon; for other threads and for signal handlers."""
        if not self._stopping.is_set():
            self._stopping.set()
            with suppress(OSError):  # `run` saw it already and has closed its pipe
                for listener in self._listeners():
                    listener.pull_trigger()  # one byte into a pipe: safe wherever this is called

    def _drain(self) -> None:
        for listener in self._listeners():
            listener.accepting = False
        deadline = monotonic() + _GRACE
        while monotonic() < deadline and self._is_busy():
            wasyncore.loop(timeout=0.02, map=self._map, count=1)
        self._server.task_dispatcher.shutdown(timeout=_THREADS_END)
        wasyncore.close_all(self._map)

    def _is_busy(self) -> bool:
        channels = (one for one in self._map.values() if isinstance(one, HTTPChannel))
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _listeners(self) -> Iterator[Any]:
        return (one for one in list(self._map.values()) if isinstance(one, BaseWSGIServer))


def stop_on_signals(server: Server) -> None:
    """Has SIGTERM and SIGINT stop the server; to be called in the main thread."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())


def _explained(error: OSError | ValueError, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        why = "the port is in use; EXPORTER_PORT chooses another"
    else:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"cannot listen on {host}:{port}: {why}"
