"""The socket that clients connect to: there is always room for one more."""

from operator import attrgetter
from typing import Any

from waitress.server import TcpWSGIServer

from exporter.serving.connection import Connection
from exporter.serving.terms import Terms


class Listener(TcpWSGIServer):
    """Accepts connections; at the limit, the one that has waited longest for its client goes."""

    channel_class = Connection
    active_channels: dict[int, Connection]  # type: ignore[assignment]  # the stubs are wrong here
    effective_host: str
    effective_port: str

    def __init__(self, terms: Terms, *given: Any, **more: Any) -> None:
        self.terms = terms
        super().__init__(*given, **more)

    def readable(self) -> bool:
        """Whether to wait for clients."""
        return bool(self.accepting)

    def connections(self) -> list[Connection]:
        """The open ones."""
        return list(self.active_channels.values())

    def handle_accept(self) -> None:
        """Takes one client in."""
        self._make_room()
        super().handle_accept()
        self._count()

    def _make_room(self) -> None:
        if len(self.active_channels) >= self.terms.allowance.connections:
            everybody = self.connections()
            waiting = [each for each in everybody if each.is_waited_for()]
            min(waiting or everybody, key=attrgetter("last_activity")).drop("room")

    def look(self) -> None:
        """Ends connections that take too long."""
        for connection in self.connections():
            connection.look()
        self._count()

    def _count(self) -> None:
        self.terms.traffic.connections = len(self.active_channels)
