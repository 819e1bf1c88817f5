"""SQLite's own look at its file, page by page; a server looks after its files itself."""

import sqlite3
from threading import Timer
from typing import cast

from sqlalchemy import Connection


def check(connection: Connection) -> list[str]:
    """What is wrong with the file and its indexes; reads all of it."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        lines = _driver(connection).execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:  # too damaged to be looked through
        return [str(error)]
    return [str(line) for (line,) in lines if line != "ok"]


def glance(connection: Connection, seconds: float) -> str:
    """The first fault of the pages that can be read in this time; "": none."""
    if connection.dialect.name != "sqlite":
        return ""
    driver = _driver(connection)
    limit = Timer(seconds, driver.interrupt)
    limit.start()
    try:
        (line,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:  # the time is over
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        limit.cancel()
    return "" if line == "ok" else str(line)


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)
