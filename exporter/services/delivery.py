"""Where accepted records go: the database, or another exporter over HTTP."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from exporter.services.envelopes import Record


class DestinationAway(ConnectionError):
    """The destination cannot be reached now; the records stay and are sent again.

    `unsure`: it may as well be there and refuse what it was given.
    """

    def __init__(self, message: str, *, unsure: bool = False) -> None:
        super().__init__(message)
        self.unsure = unsure


class DestinationRefuses(DestinationAway):
    """The destination answers and does not take this: time alone may not help.

    `broken`: for a reason that is no record's own, such as a missing right, table or column.
    """

    def __init__(self, message: str, *, broken: bool) -> None:
        super().__init__(message)
        self.broken = broken


def is_away(error: Exception) -> bool:
    """Whether only time helps; what refuses is there."""
    return isinstance(error, DestinationAway) and not isinstance(error, DestinationRefuses)


class Delivery(Protocol):
    """Takes records that were accepted; repeating a delivery changes nothing."""

    def deliver(self, records: Sequence[Record]) -> None:
        """Stores all of the records.

        Raises DestinationAway, DestinationRefuses, or what a broken record raises.
        """


def reason(error: SQLAlchemyError) -> str:
    """The driver's own words on one line, without SQL or values."""
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300]
