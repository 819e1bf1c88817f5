"""What an error of the database means: the one place that says so, for all who ask a database.

By the codes of PostgreSQL (SQLSTATE), of MySQL and MariaDB, and of SQLite (extended ones, too).
SQLAlchemy is imported with its first error: who records over HTTP has a spool and no database.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from exporter.messages import Text

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class Fault(Enum):
    """What an error means; MEANINGS says it in words."""

    AWAY = "away"  # it cannot be reached, or is being shut down or started
    BUSY = "busy"  # locks, connections, memory; or it took too long
    FULL = "full"
    REFUSING = "refusing"  # read-only by its role: nobody may write
    FORBIDDEN = "forbidden"  # a login or a right is missing: others may
    BROKEN = "broken"  # a table, a column or the schema is missing
    DAMAGED = "damaged"  # a page, an index or a file
    UNSURE = "unsure"  # it may be the record, the size of the batch, or the connection
    RECORD = "record"  # a value that no column takes, or an error of ours

    @property
    def refuses(self) -> bool:
        """Whether somebody has to help; what is away, busy or full is waited for."""
        return self in (Fault.REFUSING, Fault.FORBIDDEN, Fault.BROKEN, Fault.DAMAGED)


#: What a fault means for who reads it, after "the database".
MEANINGS = {
    Fault.AWAY: Text("não pode ser alcançado agora", "cannot be reached now"),
    Fault.BUSY: Text(
        "está ocupado: algo segura uma trava ou todas as conexões",
        "is busy: something holds a lock, or all its connections",
    ),
    Fault.FULL: Text("não tem mais espaço", "has no room left"),
    Fault.REFUSING: Text(
        "não aceita escrita: só pode ser lido, como um servidor reserva",
        "takes no writes: it is read-only, as a standby is",
    ),
    Fault.FORBIDDEN: Text(
        "não permite: falta o acesso ou um direito",
        "does not permit this: a login or a right is missing",
    ),
    Fault.BROKEN: Text(
        "não tem uma tabela, uma coluna ou o esquema desta versão",
        "lacks a table, a column or the schema of this version",
    ),
    Fault.DAMAGED: Text("está danificado", "is damaged"),
    Fault.UNSURE: Text("não aceitou isto", "did not take this"),
    Fault.RECORD: Text("não comporta um valor", "cannot hold a value"),
}
_Code = TypeVar("_Code")


def _by(kinds: Mapping[Fault, Iterable[_Code]]) -> dict[_Code, Fault]:
    return {code: fault for fault, codes in kinds.items() for code in codes}


#: SQLSTATEs and their classes; the longest that fits counts.
_STATES = _by(
    {
        Fault.AWAY: ("08", "57P", "58"),  # connection, being shut down or started, input and output
        # Transactions that idle or last too long, deadlock, resources, locked, cut short.
        Fault.BUSY: ("25", "40", "53", "55", "57014"),
        Fault.FULL: ("53100",),
        Fault.REFUSING: ("25006",),
        Fault.FORBIDDEN: ("28", "42501"),
        Fault.BROKEN: ("3D", "3F", "42"),  # database, schema, table or column
        Fault.DAMAGED: ("58P01", "58P02", "XX001", "XX002"),  # a file is missing, a page is corrupt
    }
)
_NUMBERS = _by(
    {
        Fault.AWAY: (1053, 2002, 2003, 2005),  # being shut down, not there
        Fault.BUSY: (
            *(1037, 1038, 1041, 1135),  # memory, threads
            *(1040, 1203, 1226),  # connections
            *(1205, 1206, 1213, 3572),  # locks
            1305,  # a savepoint went with the transaction that lost a deadlock
            *(1317, 1969, 3024),  # cut short
        ),
        Fault.FULL: (1021, 1114),
        Fault.REFUSING: (1036, 1290, 1792, 1836, 1874),
        Fault.FORBIDDEN: (
            *(1044, 1045, 1129, 1130, 1251, 1698, 2059, 3159),  # login
            *(1820, 1862, 3118, 4151),  # password expired, account locked
            *(1142, 1143, 1227, 1370),  # rights
        ),
        Fault.BROKEN: (
            *(1049, 1146),  # no such database or table
            *(1054, 1136, 1364),  # no such column, or one that we do not know
            *(1267, 1366, 3988),  # a column whose character set does not hold every text
        ),
        Fault.DAMAGED: (1017, 1033, 1034, 1035, 1194, 1195, 1712, 1812, 1877, 1932),
    }
)
#: Extended result codes count before their primary ones.
_RESULTS = _by(
    {
        Fault.AWAY: (10, 14),  # IOERR, CANTOPEN
        Fault.BUSY: (5, 6, 7, 9, 15, 3082),  # BUSY, LOCKED, NOMEM, INTERRUPT, PROTOCOL, IOERR_NOMEM
        Fault.FULL: (13, 4874),  # FULL, IOERR_SHMSIZE
        Fault.FORBIDDEN: (3, 8, 23),  # PERM, READONLY: a file has no role, only rights; AUTH
        Fault.BROKEN: (1, 17, 1032),  # ERROR (no such table or column), SCHEMA, READONLY_DBMOVED
        # CORRUPT, NOTADB, IOERR_SHORT_READ, IOERR_DATA, IOERR_CORRUPTFS
        Fault.DAMAGED: (11, 26, 522, 8202, 8458),
    }
)
#: Input and output of MySQL: the words say more.
_VAGUE = frozenset((3, 1016, 1026, 1030))
#: Words of the errors whose code says too little. PostgreSQL gives none at all to who cannot
#: connect: these are an English server's.
_WORDS = {
    r"No space left|quota exceeded|(errno|errcode):? *28\b": Fault.FULL,
    r"Got error (126|127|134|144|145)\b": Fault.DAMAGED,
    r"authentication failed|pg_hba\.conf|no password supplied|role .* does not exist"
    r"|not permitted to log in|permission denied for database": Fault.FORBIDDEN,
    r"database .* does not exist": Fault.BROKEN,
    r"too many (clients|connections)|connection slots": Fault.BUSY,
}
#: A deadlock that was lost to another writer, and a savepoint that was lost with it.
_DEADLOCKS = frozenset((1213, 1305, "40P01", "40001"))
_CUT_SHORT = frozenset((1317, 1969, 3024, "57014", sqlite3.SQLITE_INTERRUPT))


def fault_of(error: "SQLAlchemyError | sqlite3.Error") -> Fault:
    """What the error means."""
    if isinstance(error, sqlite3.Error):
        return _by_code(error)
    from sqlalchemy import exc

    if isinstance(error, exc.TimeoutError):
        return Fault.BUSY
    if not isinstance(error, exc.DBAPIError):
        return Fault.RECORD
    fault = _by_code(error.orig)
    if fault is not Fault.UNSURE:
        return fault
    if is_connecting(error):
        return _by_words(str(error.orig), Fault.AWAY)
    return Fault.RECORD if isinstance(error, exc.DataError) else fault


def is_outage(error: Exception) -> bool:
    """Whether the database is in trouble, and not what it was asked: later it may be done."""
    from sqlalchemy import exc

    if isinstance(error, exc.IntegrityError) or not isinstance(error, exc.SQLAlchemyError):
        return False
    return fault_of(error) is not Fault.RECORD


def is_connecting(error: object) -> bool:
    """Whether no connection was to be had: nothing was asked yet, and none was lost."""
    from sqlalchemy.exc import OperationalError

    return (
        isinstance(error, OperationalError)
        and error.statement is None
        and not error.connection_invalidated
    )


def is_lost_race(error: "DBAPIError") -> bool:
    """Whether another writer was quicker, so that the same transaction may succeed at once."""
    from sqlalchemy.exc import IntegrityError

    return isinstance(error, IntegrityError) or _code(error.orig) in _DEADLOCKS


def is_cut_short(error: "SQLAlchemyError") -> bool:
    """Whether a limit ended the statement: smaller ones may not take as long."""
    return _code(getattr(error, "orig", None)) in _CUT_SHORT


def _code(driver: object) -> int | str:
    """SQLite's result code; MySQL's number, whose SQLSTATE says less; or the SQLSTATE."""
    if isinstance(driver, sqlite3.Error):
        return getattr(driver, "sqlite_errorcode", 0)
    number = next(iter(getattr(driver, "args", ())), None)
    return number if isinstance(number, int) else getattr(driver, "sqlstate", None) or ""


def _by_code(driver: object) -> Fault:
    code = _code(driver)
    if isinstance(code, str):
        return next((_STATES[code[:n]] for n in (5, 3, 2) if code[:n] in _STATES), Fault.UNSURE)
    if isinstance(driver, sqlite3.Error):
        return _RESULTS.get(code) or _RESULTS.get(code & 0xFF, Fault.UNSURE)
    if code in _VAGUE:
        return _by_words(str(driver), Fault.AWAY)
    return _NUMBERS.get(code, Fault.UNSURE)


def _by_words(words: str, otherwise: Fault) -> Fault:
    fitting = (fault for some, fault in _WORDS.items() if re.search(some, words, re.IGNORECASE))
    return next(fitting, otherwise)
