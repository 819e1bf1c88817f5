"""Ports of this machine: which are free, and which to take where the user asked for none."""

import errno
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HOST = "127.0.0.1"
#: How far above a default port a free one is looked for.
_REACH = 100


class PortTaken(RuntimeError):
    """A port that the user asked for is in use, or none near the default is free."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A port by the setting that moves it; `chosen` when the user has set it."""

    setting: str
    port: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A default that was in use, and what was taken instead."""

    setting: str
    default: int
    port: int


def choose(wanted: Sequence[Wanted]) -> tuple[dict[str, int], list[Moved]]:
    """A free port for each setting, and those that are not the default.

    A port the user has chosen is taken as it is. Raises PortTaken that names port and setting.
    """
    ports: dict[str, int] = {}
    for request in wanted:
        used = set(ports.values())
        port = next((p for p in _candidates(request) if p not in used and is_free(p)), None)
        if port is None:
            raise PortTaken(f"port {request.port} is in use; {request.setting} chooses another")
        ports[request.setting] = port
    moved = [
        Moved(w.setting, w.port, ports[w.setting]) for w in wanted if ports[w.setting] != w.port
    ]
    return ports, moved


def _candidates(wanted: Wanted) -> Iterator[int]:
    yield wanted.port
    if not wanted.chosen:
        yield from range(wanted.port + 1, wanted.port + _REACH)


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
