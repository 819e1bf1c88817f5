"""The same transaction again, where another writer was quicker."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from exporter.storage.faults import is_lost_race

#: How often a batch is tried in all.
_TRIES = 5


class NeedsExclusive(Exception):
    """The transaction must have its game to itself: scoring cannot run beside a result's."""


class Attempt:
    """What the next try of a batch begins with.

    `all_new`: nothing of it seems to be stored, the usual case, which needs no look before.
    """

    def __init__(self, *, exclusive: bool = False) -> None:
        self.exclusive = exclusive
        self.all_new = True
        self._left = _TRIES

    @contextmanager
    def forgiving(self) -> Iterator[None]:
        """For one try: passes over what the next one may mend, unless this is the last."""
        self._left -= 1
        try:
            yield
        except NeedsExclusive:
            self.exclusive = True
        except DBAPIError as error:
            if not (is_lost_race(error) and self._left):
                raise
            self.all_new = False
