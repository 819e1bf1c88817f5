"""What an error of the database asks of whoever wrote: to wait, to have it mended, to look closer.

By the codes of PostgreSQL (SQLSTATE), MySQL and MariaDB, and SQLite.
"""

from enum import Enum, auto

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Fault(Enum):
    """What an error means."""

    AWAY = auto()  # it cannot be reached, or is busy, full or being shut down: time helps
    BROKEN = auto()  # rights or tables are missing: somebody has to help
    UNSURE = auto()  # it may be the record, the size of the batch, or the connection
    RECORD = auto()  # a value that no column takes, or an error of ours


#: Classes of SQLSTATE: connection, read-only, login, no such database, deadlock, resources full,
#: locked, cut short or being shut down, input and output.
_AWAY_STATES = ("08", "25", "28", "3D", "40", "53", "55", "57", "58")
#: No right, table or column; no schema.
_BROKEN_STATES = ("42", "3F")
_AWAY_NUMBERS = frozenset[int]().union(
    (3, 1021, 1026, 1030, 1114),  # disk
    (1037, 1038, 1041),  # memory
    (1040, 1129, 1130, 1203, 1226),  # connections
    (1044, 1045, 1049),  # login
    (1053, 2002, 2003, 2005),  # shut down
    (1205, 1206, 1213, 1305),  # locks; 1305: a savepoint went with the transaction
    (1290, 1792, 1836),  # read-only
    (1317, 1969, 3024),  # cut short
)
#: No right on a table or column, no such table or column, a column that we do not know.
_BROKEN_NUMBERS = frozenset((1054, 1136, 1142, 1143, 1146, 1227, 1364, 1370))
#: BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
_AWAY_RESULTS = frozenset((5, 6, 7, 9, 10, 11, 13, 14, 15, 26))
#: ERROR (no such table or column), PERM, READONLY, SCHEMA, AUTH.
_BROKEN_RESULTS = frozenset((1, 3, 8, 17, 23))


#: A deadlock that was lost to another writer, and a savepoint that was lost with it.
_DEADLOCKS = frozenset((1213, 1305, "40P01", "40001"))


def fault_of(error: SQLAlchemyError) -> Fault:
    """What the error means."""
    if isinstance(error, PoolTimeout):
        return Fault.AWAY
    if isinstance(error, DataError) or not isinstance(error, DBAPIError):
        return Fault.RECORD
    return _by_code(error.orig)


def is_lost_race(error: DBAPIError) -> bool:
    """Whether another writer was quicker, so that the same transaction may succeed at once."""
    return isinstance(error, IntegrityError) or _code(error.orig) in _DEADLOCKS


def _code(error: object) -> object:
    """MySQL's number, whose SQLSTATE says less, or the SQLSTATE."""
    number = next(iter(getattr(error, "args", ())), None)
    return number if isinstance(number, int) else getattr(error, "sqlstate", None)


def _by_code(error: object) -> Fault:
    code = _code(error)
    if isinstance(code, int):
        return _either(code in _AWAY_NUMBERS, code in _BROKEN_NUMBERS)
    state = str(code or "")
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says more than is needed
    return _either(
        state.startswith(_AWAY_STATES) or kind in _AWAY_RESULTS,
        state.startswith(_BROKEN_STATES) or kind in _BROKEN_RESULTS,
    )


def _either(away: bool, broken: bool) -> Fault:
    if away:
        return Fault.AWAY
    return Fault.BROKEN if broken else Fault.UNSURE
