"""The spool: whether records are accepted and get to the database."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from exporter.domain.moments import SECOND
from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem, warning
from exporter.recording.spool import Spool, SpoolState
from exporter.recording.spool_file import SpoolFull

#: Records that wait longer than this for no known reason are late, in seconds.
_LATE = 300
_REFUSED = Text(
    """{records} de {waiting} registros são recusados por um banco que responde: {reason} → corrija
    isso (direitos, esquema, somente leitura, tamanho máximo); eles esperam""",
    """{records} of {waiting} records are refused by a database that answers: {reason} → mend that
    (rights, schema, read-only, largest size); they wait""",
)
_LOST = Text(
    """{records} registros aceitos se perderam até hoje → veja
    docs/runbooks/LotofacilSpoolRecordsLost.md""",
    """{records} accepted records have been lost so far → see
    docs/runbooks/LotofacilSpoolRecordsLost.md""",
)
_UNUSABLE = Text(
    "{folder} não pode ser usada ({reason}) → dê permissão de escrita ou mude LOTOFACIL_DATA_DIR",
    "{folder} cannot be used ({reason}) → allow writing there or change LOTOFACIL_DATA_DIR",
)
_FULL = Text(
    "{folder} não recebe mais nada ({reason}) → libere espaço ou aumente SPOOL_MAX_SIZE",
    "{folder} takes no more ({reason}) → free room there or raise SPOOL_MAX_SIZE",
)
_WAITING = Text("{records} registros esperam", "{records} records wait")
_WAITING_LONG = Text(
    """{records} registros esperam há {seconds:.0f} s → o banco está fora, ou nenhum processo
    entrega: veja as linhas acima""",
    """{records} records have waited for {seconds:.0f} s → the database is away, or no process
    delivers: see the lines above""",
)
_FAILING = Text(
    "{records} registros esperam há {seconds:.0f} s: {reason} → corrija isso; eles esperam",
    "{records} records have waited for {seconds:.0f} s: {reason} → mend that; they wait",
)


def check_spool(folder: Path, limit: int, now: Callable[[], int]) -> Iterator[Finding]:
    """Whether records can be accepted, how long the oldest has waited and why, what was lost."""
    try:
        with closing(Spool(folder / "spool.db", limit)) as spool:
            state = spool.state()
    except SpoolFull as error:
        yield problem("spool", _FULL, folder=folder, reason=error.why)
        return
    except OSError as error:
        why = error.strerror or str(error)
        yield problem("spool", _UNUSABLE, folder=folder, reason=why)
        return
    yield _delivery(state, (now() - state.oldest) / SECOND)
    if state.lost:
        yield warning("spool", _LOST, records=state.lost)


def _delivery(state: SpoolState, waited: float) -> Finding:
    if state.stuck:
        counts = {"records": state.stuck, "waiting": state.records}
        return problem("spool", _REFUSED, **counts, reason=state.why)
    if state.records and (state.why or waited > _LATE):
        text = _FAILING if state.why else _WAITING_LONG
        return problem("spool", text, records=state.records, seconds=waited, reason=state.why)
    return ok("spool", _WAITING, records=state.records)
