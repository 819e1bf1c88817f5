"""How far ahead a prediction may look: to its game's next draws, and no further.

One for a draw that is years away would wait for it all that time, and stand for the predictions
that are missing now: no alert would ever tell of those.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from exporter.domain.games import Game
from exporter.domain.moments import MAX_AHEAD, from_micros, rfc3339, to_micros
from exporter.domain.predictions import InvalidPrediction


class _Bounds(NamedTuple):
    moment: int
    number: int


#: Beyond every moment and every number.
_FAR = 1 << 63
_NONE = _Bounds(_FAR, _FAR)
_UNKNOWN = _Bounds(0, 0)


def latest_moment(game: Game, now: int) -> int:
    """The first draw scheduled a day from now or later: zones and clocks differ by a day."""
    return to_micros(game.calendar.next_at_or_after(from_micros(now + MAX_AHEAD)))


class Horizon:
    """The horizon of each of some games, by a clock (microseconds); others have none.

    It is looked for anew by what lies beyond it and by nothing else: almost nothing does.
    """

    def __init__(self, games: Iterable[Game], now: Callable[[], int]) -> None:
        self._games = {game.name: game for game in games}
        self._now = now
        self._bounds = dict.fromkeys(self._games, _UNKNOWN)

    def check_moment(self, game: str, moment: int) -> None:
        """Refuses a moment after the game's next draws; raises InvalidPrediction."""
        if moment > self._bounds.get(game, _NONE).moment and moment > self._renewed(game).moment:
            predicted, latest = (_shown(at) for at in (moment, self._bounds[game].moment))
            reason = f"{predicted} is yet to come: {game}'s next draws are until {latest}"
            raise InvalidPrediction("predicted_at", reason)

    def check_number(self, game: str, number: int) -> None:
        """Refuses a draw later than any of the game's next ones; raises InvalidPrediction."""
        if number > self._bounds.get(game, _NONE).number and number > self._renewed(game).number:
            latest, most = self._bounds[game]
            since = f"drawn since {self._games[game].began} and once a day at most"
            reason = f"{number} is yet to come: {game}, {since}, has {most} draws at most"
            raise InvalidPrediction("draw_number", f"{reason} until {_shown(latest)}")

    def _renewed(self, name: str) -> _Bounds:
        game = self._games[name]
        latest = latest_moment(game, self._now())
        most = game.most_draws(game.calendar.local_day(from_micros(latest)))
        bounds = self._bounds[name] = _Bounds(latest, _FAR if most is None else most)
        return bounds


def _shown(moment: int) -> str:
    return rfc3339(from_micros(moment))
