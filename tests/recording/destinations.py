"""Destinations of tests, and the way to them."""

from collections.abc import Sequence
from typing import NoReturn

from sqlalchemy import Engine

from exporter.domain.batches import Columns
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import Fates
from exporter.recording.destination import Availability, GameModels
from exporter.recording.envelopes import Record
from exporter.recording.handover import Handover
from exporter.recording.prepared_database import PreparedDatabase
from exporter.recording.sql_destination import SqlDestination


class Deaf:
    """Answers no question; `deliver` is a subclass's."""

    def deliver(self, records: Sequence[Record]) -> Fates:
        return Fates(len(records))

    def write(self, batches: Sequence[Columns]) -> NoReturn:
        raise NotImplementedError

    def find(self, kind: type[Record], key: str) -> None:  # noqa: ARG002 - as Destination says
        return None

    def models(self, game: str) -> GameModels:  # noqa: ARG002 - as Destination says
        return GameModels(None, {})

    def promote(self, game: str, version: str) -> NoReturn:
        raise NotImplementedError

    def set_reference(self, game: str, version: str, accuracy: int | None) -> NoReturn:
        raise NotImplementedError


def handover(engine: Engine) -> Handover:
    """What hands records over to a database, at one moment."""
    database = SqlDestination(PreparedDatabase(engine), KNOWN_GAMES, lambda: 9)
    return Handover(database, Availability(), KNOWN_GAMES, lambda: 9)
