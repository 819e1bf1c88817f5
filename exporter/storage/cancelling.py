"""How the work of a connection is ended from another thread, for each kind of database.

Kindly, so that the database stops too; or by cutting the line, which helps where nothing answers.
"""

import os
import socket
from contextlib import suppress
from typing import Any

from sqlalchemy import Dialect, Engine

#: How long the database may take to hear of it, in seconds.
_SECONDS = 2


def cancel(engine: Engine, connection: Any, *, wholly: bool = False) -> None:
    """Has the database end the statement that runs on a driver's connection, if one does.

    `wholly`: MySQL is to end the connection itself. It heeds the milder wish only while a
    statement runs, and does not notice a line that was cut before a long one is over.
    """
    match engine.dialect.name:
        case "sqlite":
            connection.interrupt()
        case "postgresql":
            connection.cancel_safe(timeout=_SECONDS)
        case _:
            _kill(engine, f"{'' if wholly else 'QUERY '}{connection.thread_id()}")


def sever(dialect: Dialect, connection: Any) -> None:
    """Has whoever waits for the other side hear that it has gone."""
    match dialect.name:
        case "sqlite":
            connection.interrupt()  # it may have been between two statements
        case "postgresql":
            with socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        case _:
            connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 - PyMySQL shows no other


def _kill(engine: Engine, what: str) -> None:
    """MySQL takes such a wish on another connection: one of its own, whatever the pool does."""
    places, names = engine.dialect.create_connect_args(engine.url)
    limits = {"connect_timeout": _SECONDS, "read_timeout": _SECONDS}
    other: Any = engine.dialect.connect(*places, **{**names, **limits})
    try:
        with other.cursor() as cursor:
            cursor.execute(f"KILL {what}")
    finally:
        with suppress(OSError):
            other.close()
