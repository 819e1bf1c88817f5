"""The documented migration between versions of the stored structure.

What v1.0 looked like is documented nowhere; see the decision record on migrations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from exporter.recording.prepared_database import reachable
from exporter.storage import backup, migrate
from exporter.storage.engine import reading

#: Versions by name, oldest first, with the schema each one ends at; None: before the first.
VERSIONS: dict[str, str | None] = {"v1.0": None, "v2.0": "0002"}


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did: schema revisions before and after, and the backup made first.

    `backup` is None where there was nothing to keep: no schema yet, or no step to take.
    """

    from_version: str
    to_version: str
    before: str | None
    after: str | None
    backup: Path | None


def migrate_data(
    engine: Engine, folder: Path, now: Callable[[], int], from_version: str, to_version: str
) -> Migrated:
    """Brings the database to the schema of `to_version`, after a verified backup into `folder`.

    A database that has it already is left alone. Raises ValueError for versions that are not
    known or go backwards, DestinationUnavailable, OSError.
    """
    _check(from_version, to_version)
    with reachable(engine):
        before = _revision(engine)
        target = VERSIONS[to_version]
        saved = None
        if target is not None and before != target and before != migrate.head():
            if before is not None:
                saved = backup.write(engine, folder, compress=True, retention_days=None, now=now())
            migrate.upgrade(engine, target)
        return Migrated(from_version, to_version, before, _revision(engine), saved)


def _revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return migrate.revision(connection)


def _check(from_version: str, to_version: str) -> None:
    versions = list(VERSIONS)
    for name, version in (("from_version", from_version), ("to_version", to_version)):
        if version not in versions:
            raise ValueError(f"{name}: {version!r} is not known; known: {', '.join(versions)}")
    if versions.index(from_version) > versions.index(to_version):
        raise ValueError(f"to_version: {to_version} is older than from_version {from_version}")
