"""The database for those who look into it beside the services: its absence told as theirs is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from exporter.services.delivery import DestinationAway, is_away, reason


@contextmanager
def reachable() -> Iterator[None]:
    """Raises DestinationAway when the database turns out to be away."""
    try:
        yield
    except SQLAlchemyError as error:
        if is_away(error):
            raise DestinationAway(f"database: {reason(error)}") from error
        raise
