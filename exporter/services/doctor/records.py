"""The spool: whether records are accepted and get to the database."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from exporter.domain.moments import SECOND
from exporter.services.doctor.findings import Finding, ok, problem, warning
from exporter.storage.spool import Spool, SpoolFull, SpoolState

#: Records that wait longer than this for no known reason are late, in seconds.
_LATE = 300


def check_spool(folder: Path, limit: int, now: Callable[[], int]) -> Iterator[Finding]:
    """Whether records can be accepted, how long the oldest has waited and why, what was lost."""
    try:
        with closing(Spool(folder / "spool.db", limit)) as spool:
            state = spool.state()
    except SpoolFull as error:
        yield problem("spool", "spool_full", folder=folder, reason=error.why)
        return
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
    if state.records and (state.why or waited > _LATE):
        key = "spool_failing" if state.why else "spool_late"
        return problem("spool", key, records=state.records, seconds=waited, reason=state.why)
    return ok("spool", "spool_ok", records=state.records)
