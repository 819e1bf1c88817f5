"""SQLite's own look at its file, page by page; a server looks after its files itself."""

import sqlite3
from threading import Timer
from typing import cast

from sqlalchemy import Connection


def check(connection: Connection) -> list[str]:
    """What is wrong with the file and its indexes; reads all of it."""
    if connection.dialect.name != "sqlite":
        return []
    lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    return [str(line) for line in lines if line != "ok"]


def glance(connection: Connection, seconds: float) -> str:
    """The first fault of the pages that can be read in this time; "": none."""
    if connection.dialect.name != "sqlite":
        return ""
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    limit = Timer(seconds, driver.interrupt)
    limit.start()
    try:
        line = driver.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:  # the time is over
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        limit.cancel()
    return "" if line == "ok" else str(line)
