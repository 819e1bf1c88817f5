"""Records of draws that never took place, kept apart from real ones."""

from collections.abc import Sequence
from datetime import date, timedelta

from exporter.domain.draw_records import DrawRecord
from exporter.domain.games import Game
from exporter.domain.moments import to_micros
from exporter.domain.pickers import simulated_draw
from exporter.domain.tickets import encode_draw
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.read_draws import recorded_draws

#: Day of a simulated record's last draw: fixed, so that the same seed gives the same record.
LAST_DAY = date(2024, 12, 31)


def simulated_draws(game: Game, count: int, seed: int) -> list[DrawRecord]:
    """`count` draws that never took place, on the last draw days up to the end of 2024."""
    days: list[date] = []
    day = LAST_DAY
    while len(days) < count:
        if game.calendar.scheduled(day):
            days.append(day)
        day -= timedelta(days=1)
    return [
        DrawRecord(number, day, tuple(simulated_draw(game, number, seed)))
        for number, day in enumerate(reversed(days), 1)
    ]


def other_draw(
    database: PreparedDatabase, game: Game, simulated: Sequence[DrawRecord]
) -> int | None:
    """The first recorded draw of the game that is none of the simulated ones, if there is one.

    Recording the simulated ones beside it would correct or mingle with what is there.
    Raises DestinationUnavailable.
    """
    expected = {
        draw.number: (to_micros(game.calendar.moment(draw.day)), encode_draw(draw.numbers, game))
        for draw in simulated
    }
    with database.reading() as connection:
        recorded = recorded_draws(connection, game.name)
    return next((number for number in recorded if expected.get(number) != recorded[number]), None)
