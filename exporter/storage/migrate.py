"""Bringing a database to the schema of this version, under a lock against two migrators."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from exporter.storage.engine import connected, reading, writing
from exporter.storage.limits import current, unending
from exporter.storage.resumption import MIGRATING

#: How long a migrator waits for another one on MySQL and MariaDB, in seconds.
LOCK_SECONDS = 60
_LOCK = 0x6C6F746F  # an arbitrary number that only this product's migrators use


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs the missing migrations up to `revision`; a database that is up to date is left alone.

    Raises UnknownSchema, MigrationBusy.
    """
    if revision == "head" and is_current(engine):
        return
    with unending(), _alone(engine) as connection:
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise UnknownSchema(f"its schema is not known to this version ({error})") from error


def downgrade(engine: Engine, revision: str) -> None:
    """Takes migrations back down to `revision` ("base": all of them, with their data)."""
    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raises alembic's CommandError when the database differs from schema.py."""
    with writing(engine) as connection:
        command.check(_config(connection))


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest schema."""
    with reading(engine) as connection:
        return revision(connection) == head()


def is_known(engine: Engine) -> bool:
    """Whether the database has no schema yet, or one that this version can bring up to date."""
    scripts = ScriptDirectory.from_config(_config(None))
    with reading(engine) as connection:
        found = revision(connection)
    return found is None or found in {script.revision for script in scripts.walk_revisions()}


def revision(connection: Connection) -> str | None:
    """The revision a database has; None before its first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision this version knows."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("exporter.storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


class UnknownSchema(RuntimeError):
    """The database has a schema that this version does not know, such as a newer one's."""


class MigrationBusy(RuntimeError):
    """Another process has been migrating for too long; nothing was changed here."""


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    mysql = engine.dialect.name in ("mysql", "mariadb")
    with _locked(engine) if mysql else writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """A transaction within MySQL's lock, which is given back after it is committed.

    Both on one connection: the lock of a killed migrator lasts as long as its last statement.
    """
    with connected(engine, **{MIGRATING: True}) as connection:
        lock = text("SELECT GET_LOCK('lotofacil_migrations', :seconds)")
        seconds = min(LOCK_SECONDS, round(current().lock))
        if connection.execute(lock, {"seconds": seconds}).scalar() != 1:
            raise MigrationBusy(f"another process has been migrating for {seconds} s")
        connection.commit()
        try:
            with connection.begin():
                yield connection
        finally:
            connection.execute(text("SELECT RELEASE_LOCK('lotofacil_migrations')"))
