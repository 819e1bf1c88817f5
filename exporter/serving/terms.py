"""What a server holds its clients to, and what it saw of them."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Self

from exporter.config import Settings
from exporter.serving.refusals import Gate, open_gate


@dataclass(slots=True)
class Traffic:
    """Open connections; those that were dropped, by reason; answers without the application.

    Written by the thread of the sockets, but for `refused`, which others count by `refuse`.
    """

    connections: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def refuse(self, code: int) -> None:
        """Counts one more refusal."""
        with self._lock:
            self.refused[code] += 1


#: Why a connection is dropped without an answer: no end of the headers, nothing taken of an answer,
#: no room for it (the connection that waited longest goes, or the new one where all are busy).
DROPPED = ("headers", "response", "room")
#: Statuses with which the server refuses by itself.
REFUSED = (400, 401, 403, 408, 413, 421, 431, 500, 501, 503)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Connections, bytes and seconds; each is a setting (HTTP_…, EXPORTER_MAX_BODY).

    `header_seconds` and `body_seconds` run from the first byte to the last one, so that a client
    cannot stretch them. `idle_seconds` is for a connection between two requests, and for a client
    that takes nothing of its answer. `queue_seconds` is the longest wait for a thread.
    """

    body_bytes: int = 16_000_000
    header_bytes: int = 32_768
    connections: int = 2000
    header_seconds: float = 10.0
    body_seconds: float = 60.0
    idle_seconds: float = 75.0
    queue_seconds: float = 15.0

    @classmethod
    def of(cls, settings: Settings, body_bytes: int) -> Self:
        """The limits that the settings name, for a server that takes bodies of this size."""
        return cls(
            body_bytes=body_bytes,
            header_bytes=settings.HTTP_MAX_HEADER,
            connections=settings.HTTP_MAX_CONNECTIONS,
            header_seconds=settings.HTTP_HEADER_SECONDS,
            body_seconds=settings.HTTP_BODY_SECONDS,
            idle_seconds=settings.HTTP_IDLE_SECONDS,
            queue_seconds=settings.EXPORTER_REQUEST_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """Allowance, the gate before each body, and what is counted."""

    allowance: Allowance = field(default_factory=Allowance)
    gate: Gate = open_gate
    traffic: Traffic = field(default_factory=Traffic)
