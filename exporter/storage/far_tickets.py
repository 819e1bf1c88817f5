"""Tickets that none of their game's next draws decides: nobody waits for them.

They are refused today; what an earlier version took is here still, and so is what names a draw
that was far ahead only by the game's record.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from exporter.domain.games import Game, Games
from exporter.domain.horizon import latest_moment
from exporter.domain.moments import from_micros
from exporter.storage.read_models import ModelRow
from exporter.storage.schema import draws, predictions

_c = predictions.c
#: A game's last recorded draw: its number and its moment.
Last = tuple[int, int]


def count(
    connection: Connection,
    models: Iterable[ModelRow],
    games: Games,
    lasts: Mapping[str, Last],
    now: int,
) -> Counter[int]:
    """How many each model has, by model id; of games that are known."""
    far = Counter[int]()
    playing = [model for model in models if model.game in games]
    for model in playing:
        latest = latest_moment(games[model.game], now)
        if model.last_predicted_at > latest:  # seldom: nothing is asked otherwise
            far[model.id] += _dated(connection, model, latest)
    for game_id, name in {(model.game_id, model.game) for model in playing if model.game in lasts}:
        far.update(_numbered(connection, game_id, _highest(games[name], lasts[name], now)))
    return far


def _highest(game: Game, last: Last, now: int) -> int:
    """The number of the last of the next draws; one draw more may be held than is scheduled."""
    number, drawn_at = last
    moments = map(from_micros, (drawn_at, latest_moment(game, now)))
    return number + game.calendar.count_between(*moments) + 1


def _dated(connection: Connection, model: ModelRow, latest: int) -> int:
    query = select(func.count()).where(
        _c.game_id == model.game_id,
        _c.draw_number.is_(None),
        _c.model_id == model.id,
        _c.predicted_at > latest,
    )
    return connection.execute(query).scalar_one()


def _numbered(connection: Connection, game_id: int, highest: int) -> dict[int, int]:
    recorded = select(func.max(draws.c.number)).where(draws.c.game_id == game_id).scalar_subquery()
    query = (
        select(_c.model_id, func.count())
        .where(_c.game_id == game_id, _c.draw_number > highest, _c.draw_number > recorded)
        .group_by(_c.model_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
