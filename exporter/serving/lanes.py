"""Threads apart for what must not wait for each other."""

import logging
from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

from waitress.task import ThreadedTaskDispatcher

from exporter.serving.connection import Connection
from exporter.serving.incoming import Incoming


class Lane(NamedTuple):
    """Threads for the requests whose path begins with one of `paths`; of some methods, or any."""

    paths: tuple[str, ...]
    threads: int
    methods: frozenset[str] = frozenset()

    def takes(self, request: Incoming) -> bool:
        """Whether a request belongs here."""
        is_ours = not self.methods or str(request.command) in self.methods
        return is_ours and request.path.startswith(self.paths)


#: What monitoring asks for. A scrape and a probe at once, and one more of each.
MONITORING = Lane(("/metrics", "/-/"), 4)
#: Streamed to the client, for as long as it takes to read.
EXPORTS = Lane(("/api/metrics/export",), 4)
#: What records: reading must not hold it up, however slow it is.
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_REFUSALS = Lane((), 1)


class _Turn(NamedTuple):
    """A request in a lane's queue; answered by whoever comes to it first."""

    connection: Connection
    request: Incoming

    def service(self) -> None:
        """Answers it, if nobody has begun to."""
        if self.request.begin():
            self.connection.service()

    def cancel(self) -> None:
        """Ends the connection of a request that nobody comes to."""
        self.connection.cancel()


class Lanes:
    """Waitress' dispatcher of tasks, several of them: the first lane that fits takes a request.

    The last lane takes what fits no other. Refusals have a lane of their own.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes = {lane: ThreadedTaskDispatcher() for lane in (*lanes, _REFUSALS)}
        self._rest = lanes[-1]

    def start(self) -> None:
        """Starts the threads."""
        # A line of log for each request that waits, or client that leaves, would itself be a load.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        logging.getLogger("waitress").setLevel(logging.WARNING)
        for lane, dispatcher in self._lanes.items():
            dispatcher.set_thread_count(lane.threads)

    def add_task(self, connection: Connection) -> None:
        """Has a thread of the right lane answer the connection's next request."""
        request = connection.requests[0]
        lane = _REFUSALS if request.error else self._lane_of(request)
        turn: Any = _Turn(connection, request)  # all that waitress asks of a task
        self._lanes[lane].add_task(turn)

    def _lane_of(self, request: Incoming) -> Lane:
        return next((lane for lane in self._lanes if lane.takes(request)), self._rest)

    def shutdown(self, timeout: float) -> None:
        """Ends the threads; those at work when the time is over are left alone."""
        for dispatcher in self._lanes.values():
            dispatcher.set_thread_count(0)
        end = monotonic() + timeout
        for dispatcher in self._lanes.values():
            dispatcher.shutdown(timeout=max(end - monotonic(), 0))  # type: ignore[arg-type]
