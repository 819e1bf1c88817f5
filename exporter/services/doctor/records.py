"""Database and spool: where records are, and whether they get there."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.moments import SECOND
from exporter.services.delivery import reason
from exporter.services.doctor.findings import Finding, ok, problem, warning
from exporter.storage import integrity, migrate
from exporter.storage.engine import reading
from exporter.storage.spool import Spool, SpoolState

#: Records that wait longer than this are late, in seconds.
_LATE = 300
#: How long a file is looked through for damage, in seconds: of a large one, the first pages.
_GLANCE = 3.0


def check_database(engine: Engine) -> Finding:
    """Whether it answers and has this version's schema; makes no file where none is."""
    path = engine.url.database
    is_file = engine.dialect.name == "sqlite" and path not in (None, "", ":memory:")
    if is_file and not Path(str(path)).exists():
        return problem("database", "database_missing", path=path)
    try:
        current, known = migrate.is_current(engine), migrate.is_known(engine)
        with reading(engine) as connection:
            damage = integrity.glance(connection, _GLANCE)
    except SQLAlchemyError as error:
        return problem("database", "database_away", reason=reason(error))
    if damage:
        return problem("database", "database_damaged", path=path, reason=damage)
    if not current:
        return problem("database", "database_old" if known else "database_newer")
    return ok("database", "database_ok", engine=engine.dialect.name)


def check_spool(folder: Path, limit: int, now: Callable[[], int]) -> Iterator[Finding]:
    """Whether records can be accepted, how long the oldest has waited and why, what was lost."""
    try:
        with closing(Spool(folder / "spool.db", limit)) as spool:
            state = spool.state()
    except OSError as error:
        why = error.strerror or str(error)
        yield problem("spool", "spool_unusable", folder=folder, reason=why)
        return
    yield _delivery(state, (now() - state.oldest) / SECOND)
    if state.lost:
        yield warning("spool", "spool_lost", records=state.lost)


def _delivery(state: SpoolState, waited: float) -> Finding:
    if state.stuck:
        counts = {"records": state.stuck, "waiting": state.records}
        return problem("spool", "spool_refused", **counts, reason=state.why)
    if state.records and waited > _LATE:
        key = "spool_failing" if state.why else "spool_late"
        return problem("spool", key, records=state.records, seconds=waited, reason=state.why)
    return ok("spool", "spool_ok", records=state.records)
