"""Where accepted records go: the database, or another exporter over HTTP."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from exporter.services.envelopes import Record


class DestinationAway(ConnectionError):  # noqa: N818 - reads as the sentence it is
    """The destination cannot be reached now; the records stay and are sent again."""


class Delivery(Protocol):
    """Takes records that were accepted; repeating a delivery changes nothing."""

    def deliver(self, records: Sequence[Record]) -> None:
        """Stores all of the records. Raises DestinationAway, or what a broken record raises."""


def reason(error: SQLAlchemyError) -> str:
    """The driver's own words on one line, without SQL or values."""
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300]
