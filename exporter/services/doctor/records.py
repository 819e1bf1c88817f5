"""Database and spool: where records are, and whether they get there."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.moments import SECOND
from exporter.services.delivery import reason
from exporter.services.doctor.findings import Finding, ok, problem
from exporter.storage import migrate
from exporter.storage.spool import Spool

#: Records that wait longer than this are late, in seconds.
_LATE = 300


def check_database(engine: Engine) -> Finding:
    """Whether it answers and has this version's schema; makes no file where none is."""
    path = engine.url.database
    is_file = engine.dialect.name == "sqlite" and path not in (None, "", ":memory:")
    if is_file and not Path(str(path)).exists():
        return problem("database", "database_missing", path=path)
    try:
        current = migrate.is_current(engine)
    except SQLAlchemyError as error:
        return problem("database", "database_away", reason=reason(error))
    if not current:
        return problem("database", "database_old")
    return ok("database", "database_ok", engine=engine.dialect.name)


def check_spool(folder: Path, limit: int, now: Callable[[], int]) -> Finding:
    """Whether records can be accepted, and how long the oldest has waited."""
    try:
        state = Spool(folder / "spool.db", limit).state()
    except OSError as error:
        why = error.strerror or str(error)
        return problem("spool", "spool_unusable", folder=folder, reason=why)
    waited = (now() - state.oldest) / SECOND if state.records else 0
    if waited > _LATE:
        return problem("spool", "spool_late", records=state.records, seconds=waited)
    return ok("spool", "spool_ok", records=state.records)
