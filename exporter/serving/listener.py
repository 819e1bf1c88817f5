"""The socket that clients connect to: there is always room for one more."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from waitress.server import TcpWSGIServer

from exporter.serving.connection import Connection
from exporter.serving.terms import Terms


def connections_in(sockets: Mapping[int, Any]) -> list[Connection]:
    """The clients' connections, of whichever listener."""
    return [each for each in sockets.values() if isinstance(each, Connection)]


class Listener(TcpWSGIServer):
    """Accepts connections; at the limit, the one that has waited longest for its client goes."""

    channel_class = Connection
    effective_host: str
    effective_port: str
    _map: dict[int, Any]

    def __init__(self, terms: Terms, *arguments: Any, **more: Any) -> None:
        self.terms = terms
        super().__init__(*arguments, **more)

    def readable(self) -> bool:
        """Whether to wait for clients."""
        return bool(self.accepting)

    def handle_accept(self) -> None:
        """Takes one client in."""
        if len(self._map) > self.terms.allowance.connections:
            self._make_room()
        super().handle_accept()

    def _make_room(self) -> None:
        everybody = connections_in(self._map)
        if len(everybody) >= self.terms.allowance.connections:
            waiting = [each for each in everybody if each.is_waited_for()]
            min(waiting or everybody, key=attrgetter("last_activity")).drop("room")
