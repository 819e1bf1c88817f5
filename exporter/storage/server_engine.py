"""The engine of a database server: a server that says nothing holds nobody for ever."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from math import ceil
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event

from exporter.storage.resumption import pass_over_what_is_done
from exporter.storage.watchdog import seconds_left

#: Strict: what does not fit is refused, and not cut, whatever the server's own mode is.
_MYSQL_SESSION = "SET time_zone='+00:00', sql_mode=CONCAT_WS(',', @@sql_mode, 'STRICT_ALL_TABLES')"
_CONNECT_SECONDS = 5
#: Found dead after a minute without a sign of life, not after hours.
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: Has PostgreSQL end a statement whose client is gone, where it can tell (14 and newer).
_LOOK_AFTER_CLIENT = """SELECT set_config(name, '1000', false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'"""


def server_engine(url: URL, pool: Mapping[str, Any]) -> Engine:
    """An engine for PostgreSQL, MySQL or MariaDB."""
    # READ COMMITTED: what was committed while a writer waited for its lock must be seen.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=_connect_arguments(url),
        **pool,
    )
    if url.get_backend_name() != "postgresql":
        event.listen(engine, "do_execute", pass_over_what_is_done)
    own = "read_timeout" not in url.query
    event.listen(engine, "do_connect", partial(_hasten, engine, own))
    event.listen(engine, "connect", partial(_prepare, own))
    return engine


def _hasten(
    engine: Engine, own: bool, _dialect: object, _record: object, _: object, options: dict[str, Any]
) -> None:
    """Connecting takes no longer than whoever connects may take, nor a server that is silent."""
    seconds = max(1, ceil(min(_CONNECT_SECONDS, seconds_left(engine))))
    options["connect_timeout"] = seconds
    if own and engine.dialect.name != "postgresql":
        options["read_timeout"] = seconds  # or the handshake of a silent one holds us for ever


def _connect_arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "postgresql":
        return {"tcp_user_timeout": 60_000, **_KEEPALIVE, "options": "-c timezone=UTC"}
    return {"charset": "utf8mb4", "init_command": _MYSQL_SESSION}


def _prepare(own: bool, connection: Any, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        connection.autocommit = True
        with suppress(psycopg.Error):  # the server's system has no such thing
            connection.execute(_LOOK_AFTER_CLIENT)
        connection.autocommit = False
        return
    if own:  # for connecting only
        connection._read_timeout = None  # noqa: SLF001 - statements have limits of their own
    with suppress(OSError):  # not over a socket in the file system
        for name, seconds in (("IDLE", 30), ("INTVL", 10), ("CNT", 3)):
            option = getattr(socket, f"TCP_KEEP{name}")
            connection._sock.setsockopt(socket.IPPROTO_TCP, option, seconds)  # noqa: SLF001
