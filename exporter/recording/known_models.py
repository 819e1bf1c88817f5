"""What recording remembers of the model versions, so that it need not ask with every call."""

from collections.abc import Callable

from exporter.domain.moments import SECOND
from exporter.domain.predictions import UNVERSIONED
from exporter.recording.destination import DestinationUnavailable, GameModels

#: A retrainer may promote another version meanwhile: how long the one in use is remembered.
_SECONDS = 10


class KnownModels:
    """The games' model versions as `ask` (raises DestinationUnavailable) told them last."""

    def __init__(self, ask: Callable[[str], GameModels], now: Callable[[], int]) -> None:
        self._ask = ask
        self._now = now
        self._games: dict[str, tuple[GameModels, int]] = {}

    def in_use(self, game: str) -> str | None:
        """The version in use; None where nobody could tell since this process started."""
        models = self._recent(game)
        return models and (models.promoted or UNVERSIONED)

    def role(self, game: str, version: str) -> str | None:
        """A version's role; None where it is not known, such as that of a new one."""
        models = self._recent(game)
        if models and version not in models.roles:
            self.forget(game)
            models = self._recent(game)
        return models and models.roles.get(version)

    def forget(self, game: str) -> None:
        """Asks anew the next time; what was known serves where nobody answers."""
        if game in self._games:
            self._games[game] = self._games[game][0], 0

    def _recent(self, game: str) -> GameModels | None:
        models, until = self._games.get(game, (None, 0))
        if self._now() >= until:
            try:
                models = self._ask(game)
            except DestinationUnavailable:
                return models
            self._games[game] = models, self._now() + _SECONDS * SECOND
        return models
