"""Clients that nobody wants, in a process of their own: `python -m tests.integration.besiegers`."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

HOST = "127.0.0.1"
#: A client that has waited so long for an answer gives up.
GIVE_UP_SECONDS = 10.0

Client = Callable[[int, float], Awaitable[str]]


async def half_a_request(port: int, until: float) -> str:
    """Begins a request again and again, and never ends one."""
    while time.monotonic() < until:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"POST /api/predictions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        await _until_it_ends(reader, until)
        writer.close()
    return "held"


async def _until_it_ends(reader: asyncio.StreamReader, until: float) -> None:
    with suppress(TimeoutError, ConnectionResetError):
        await asyncio.wait_for(reader.read(1), max(until - time.monotonic(), 0))


async def keep_alive(port: int, until: float) -> str:
    """Asks over one connection without a pause."""
    reader, writer = await asyncio.open_connection(HOST, port)
    answered = 0
    try:
        while time.monotonic() < until:
            writer.write(b"GET /api/metrics/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), GIVE_UP_SECONDS)
            size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await asyncio.wait_for(reader.readexactly(size), GIVE_UP_SECONDS)
            answered += 1
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        return "failed"
    finally:
        writer.close()
    return "served" if answered else "never served"


async def large_body(port: int, until: float) -> str:
    """Sends a large body without the token, again and again."""
    status = ""
    while time.monotonic() < until:
        reader, writer = await asyncio.open_connection(HOST, port)
        head = (
            b"POST /api/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15900000\r\n\r\n"
        )
        with suppress(ConnectionError):
            writer.write(head)
            for _ in range(159):
                writer.write(b" " * 100_000)
                await writer.drain()
        try:
            status = (await asyncio.wait_for(reader.readline(), GIVE_UP_SECONDS)).decode().strip()
        except ConnectionError:
            status = "reset"
        writer.close()
    return status


KINDS: dict[str, tuple[Client, int]] = {
    "half-a-request": (half_a_request, 1000),
    "keep-alive": (keep_alive, 200),
    "large-body": (large_body, 60),
}


async def besiege(kind: str, port: int, seconds: float) -> Counter[str]:
    """All clients of a kind for so long; how often each of their ends was told."""
    client, count = KINDS[kind]
    until = time.monotonic() + seconds
    return Counter(await asyncio.gather(*(client(port, until) for _ in range(count))))


if __name__ == "__main__":
    ends = asyncio.run(besiege(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
    sys.stdout.write(json.dumps(ends))
