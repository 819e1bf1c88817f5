"""Waits on the sockets: what a turn costs grows with what happens, not with what is open."""

from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from waitress import wasyncore


class Sockets(dict[int, Any]):
    """Waitress' map of its sockets by descriptor, which tells the selector of each change.

    Waitress asks every socket before each wait what it waits for. With a thousand held open that
    is most of the work, so here only those are asked that something happened to, and those that a
    thread works for: nothing else changes what a socket waits for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = DefaultSelector()
        self._waits_for: dict[int, int] = {}
        self._asked: set[int] = set()

    def __setitem__(self, descriptor: int, waiting: Any) -> None:
        super().__setitem__(descriptor, waiting)
        self._asked.add(descriptor)

    def __delitem__(self, descriptor: int) -> None:
        super().__delitem__(descriptor)
        self._asked.discard(descriptor)
        if self._waits_for.pop(descriptor, 0):
            self._selector.unregister(descriptor)

    def ask_all(self) -> None:
        """Has every socket asked before the next wait."""
        self._asked.update(self)

    def close(self) -> None:
        """Closes every socket."""
        wasyncore.close_all(self)
        self._selector.close()

    def turn(self, seconds: float) -> None:
        """Waits for at most so long, then handles what has happened."""
        for descriptor in tuple(self._asked):
            self._ask(descriptor)
        happened = self._selector.select(seconds)
        # By the socket and not by its number, which may be another client's by then.
        for waiting, key, events in [(self.get(key.fd), key, events) for key, events in happened]:
            self._handle(key.fd, waiting, events)

    def _ask(self, descriptor: int) -> None:
        waiting = self[descriptor]
        # Asked first: a thread that ends its work in between has the socket asked once more.
        is_worked_for = bool(getattr(waiting, "requests", None))
        events = EVENT_READ * bool(waiting.readable())
        events |= EVENT_WRITE * bool(waiting.writable() and not waiting.accepting)
        self._wait_for(descriptor, events)
        if not is_worked_for:
            self._asked.discard(descriptor)

    def _wait_for(self, descriptor: int, events: int) -> None:
        before = self._waits_for.get(descriptor, 0)
        if events == before:
            return
        self._waits_for[descriptor] = events
        if not events:
            self._selector.unregister(descriptor)
        elif before:
            self._selector.modify(descriptor, events)
        else:
            self._selector.register(descriptor, events)

    def _handle(self, descriptor: int, waiting: Any, events: int) -> None:
        for event, handle in ((EVENT_READ, wasyncore.read), (EVENT_WRITE, wasyncore.write)):
            if events & event and self.get(descriptor) is waiting is not None:
                handle(waiting)
        if descriptor in self:
            self._asked.add(descriptor)
