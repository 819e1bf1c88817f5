"""Where accepted records go: the database, or another exporter over HTTP."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from exporter.services.envelopes import Record
from exporter.storage.faults import Fault, fault_of, is_connecting, is_cut_short

#: Somebody has to help; what is merely away, busy or full is waited for.
_REFUSALS = frozenset((Fault.REFUSING, Fault.FORBIDDEN, Fault.BROKEN, Fault.DAMAGED))


class DestinationAway(ConnectionError):
    """The destination takes nothing now, for this `fault`; the records stay and are sent again.

    `unsure`: it may as well be there and refuse what it was given.
    """

    def __init__(self, message: str, fault: Fault = Fault.AWAY, *, unsure: bool = False) -> None:
        super().__init__(message)
        self.fault = fault
        self.unsure = unsure


class DestinationRefuses(DestinationAway):
    """The destination answers and does not take this: time alone may not help.

    `whole`: nor does it take any other record, as a standby does not.
    """

    def __init__(self, message: str, fault: Fault, *, whole: bool = False) -> None:
        super().__init__(message, fault)
        self.whole = whole

    @property
    def broken(self) -> bool:
        """Whether the reason is no record's own: a missing right or table, or a standby."""
        return self.fault is not Fault.UNSURE


def is_away(error: Exception) -> bool:
    """Whether only time helps; what refuses is there."""
    return isinstance(error, DestinationAway) and not isinstance(error, DestinationRefuses)


def meaning(error: SQLAlchemyError, why: str) -> DestinationAway | None:
    """What a database's error means for those that write or read; None: the record is at fault."""
    fault = fault_of(error)
    if fault is Fault.RECORD:
        return None
    if fault in _REFUSALS:
        whole = fault in (Fault.REFUSING, Fault.DAMAGED) or is_connecting(error)
        return DestinationRefuses(why, fault, whole=whole)
    return DestinationAway(why, fault, unsure=fault is Fault.UNSURE or is_cut_short(error))


class Delivery(Protocol):
    """Takes records that were accepted; repeating a delivery changes nothing."""

    def deliver(self, records: Sequence[Record]) -> None:
        """Stores all of the records.

        Raises DestinationAway, DestinationRefuses, or what a broken record raises.
        """


def reason(error: SQLAlchemyError) -> str:
    """The driver's own words on one line, without SQL or values."""
    original = getattr(error, "orig", None) or error
    words = ": ".join(map(str, original.args)) or str(original)  # MySQL's number comes first
    return " ".join(words.split())[:300]
