"""Databases that are read-only as a standby is, until they are promoted."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from tests.databases import opened


@dataclass(frozen=True)
class Standby:
    """Where it is, for a user who may do everything but write to it; and its promotion."""

    url: str
    promote: Callable[[], None]


@contextmanager
def read_only_postgres(url: str) -> Iterator[Standby]:
    """A database of PostgreSQL whose new connections only read."""
    name = make_url(url).database
    change = partial(_on_postgres, url)
    change(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    promote = partial(change, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    yield Standby(url, promote)
    promote()


def _on_postgres(url: str, statement: str) -> None:
    options = "-c default_transaction_read_only=off"
    with closing(psycopg.connect(url, autocommit=True, options=options)) as connection:
        connection.execute(statement.encode())


@contextmanager
def read_only_mariadb(url: str) -> Iterator[Standby]:
    """A MariaDB with --read-only, for a user without the right to pass over it."""
    made, name = make_url(url), f"writer_{uuid4().hex[:8]}"
    with opened(url) as owner:

        def run(*statements: str) -> None:
            with owner.begin() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)

        rights = f"GRANT ALL ON {made.database}.* TO {name}"
        run(f"CREATE USER {name}", rights, "SET GLOBAL read_only = 1")
        promote = partial(run, "SET GLOBAL read_only = 0")
        try:
            yield Standby(made.set(username=name).render_as_string(), promote)
        finally:
            promote()
            run(f"DROP USER {name}")
