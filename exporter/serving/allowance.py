"""What one client, and all of them together, may take of a server."""

from dataclasses import dataclass
from typing import Self

from exporter.config import Settings


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
