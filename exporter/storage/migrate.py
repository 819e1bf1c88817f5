"""Bringing a database to the schema of this version, under a lock against two migrators.

Alembic is imported when there is something to migrate: whether there is, is seen without it, and
an empty SQLite file, which is what who begins has, is given the newest schema at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    select,
    text,
)

from exporter.storage.engine import connected, reading, writing
from exporter.storage.limits import current, unending
from exporter.storage.resumption import MIGRATING
from exporter.storage.schema import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

#: How long a migrator waits for another one on MySQL and MariaDB, in seconds.
LOCK_SECONDS = 60
_SCRIPTS = files("exporter.storage") / "migrations"
#: As Alembic makes it.
_VERSIONS = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
_LOCK = 0x6C6F746F  # an arbitrary number that only this product's migrators use


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs the missing migrations up to `revision`; a database that is up to date is left alone.

    Raises UnknownSchema, MigrationBusy.
    """
    if revision == "head" and is_current(engine):
        return
    with unending(), _alone(engine) as connection:
        if revision == "head" and _is_new_file(connection):
            _make_schema(connection)
            return
        from alembic import command
        from alembic.util import CommandError

        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise UnknownSchema(f"its schema is not known to this version ({error})") from error


def downgrade(engine: Engine, revision: str) -> None:
    """Takes migrations back down to `revision` ("base": all of them, with their data)."""
    from alembic import command

    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raises alembic's CommandError when the database differs from schema.py."""
    from alembic import command

    with writing(engine) as connection:
        command.check(_config(connection))


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest schema."""
    with reading(engine) as connection:
        return revision(connection) == head()


def is_known(engine: Engine) -> bool:
    """Whether the database has no schema yet, or one that this version can bring up to date."""
    with reading(engine) as connection:
        return revision(connection) in (None, *_revisions())


def revision(connection: Connection) -> str | None:
    """The revision a database has; None before its first migration."""
    if not connection.dialect.has_table(connection, _VERSIONS.name):
        return None
    return connection.scalar(select(_VERSIONS.c.version_num))


def head() -> str:
    """The newest revision this version knows."""
    return _revisions()[-1]


@cache
def _revisions() -> list[str]:
    """All of them, ascending: each file of a migration begins with its own."""
    names = (file.name for file in (_SCRIPTS / "versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[0].isdigit())


def _config(connection: Connection | None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _is_new_file(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return False
    return not connection.scalar(text("SELECT count(*) FROM sqlite_master"))


def _make_schema(connection: Connection) -> None:
    """What all the migrations make of an empty file, in the same transaction."""
    METADATA.create_all(connection, checkfirst=False)
    _VERSIONS.create(connection)
    connection.execute(_VERSIONS.insert().values(version_num=head()))


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
