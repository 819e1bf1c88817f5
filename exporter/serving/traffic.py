"""What the server itself saw of its clients, for /metrics."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


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
