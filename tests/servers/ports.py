"""Ports nobody listens on, and nobody is about to."""

import os
import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from random import randrange

#: Systems lend ports from 32768 on to whoever names none; browsers refuse some of the lower ones.
FIRST, END = 20_000, 32_000


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now, and that no other test of this run is given."""
    return next(port for port in _ports() if _is_free(port))


@cache
def _ports() -> Iterator[int]:
    """This process's share of the range, from anywhere on: there may be other runs."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = range(FIRST + worker, END, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    start = randrange(len(mine))
    return cycle([*mine[start:], *mine[:start]])


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
