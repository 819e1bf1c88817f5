"""Reading an overview: one consistent view of the database, kept for a few seconds."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.services.overview.activity import read_activity
from exporter.services.overview.draws import read_draw_state
from exporter.services.overview.models import in_order, read_model_overviews
from exporter.services.overview.shapes import Overview, Span
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.rule_board import WatchedRule
from exporter.storage.notifications import read_notifications
from exporter.storage.quarantine import waiting
from exporter.storage.read_alerts import read_active_alerts
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.retraining import recent_runs

#: Model versions shown; older ones are counted.
MOST_MODELS = 8
_RUNS = 8
_NOTIFICATIONS = 10


class OverviewReader:
    """Reads overviews.

    `now` gives microseconds, `resources` what the machine uses, `rules` users' alert rules.

    An overview is kept for `keep_seconds`, so that many open pages cost what one does.
    """

    def __init__(
        self,
        database: PreparedDatabase,
        games: Games,
        now: Callable[[], int],
        resources: Callable[[], Mapping[str, float]] = dict,
        keep_seconds: float = 2.0,
        rules: Callable[[], Sequence[WatchedRule]] = tuple,
    ) -> None:
        self._database = database
        self._games = games
        self._now = now
        self._resources = resources
        self._keep_seconds = keep_seconds
        self._rules = rules
        self._kept: dict[tuple[str, Span], tuple[float, Overview]] = {}
        self._lock = threading.Lock()

    def games(self) -> list[str]:
        """Games with records, in the order of their first one; the first known when none has."""
        with self._database.reading() as connection:
            return self._recorded(read_models(connection))

    def overview(self, game: str | None = None, span: Span = Span.DAY) -> Overview:
        """One game (None: the first recorded). Raises UnknownGame, DestinationAway."""
        name = game or self.games()[0]
        with self._lock:
            read_at, kept = self._kept.get((name, span), (0.0, None))
            if kept is None or time.monotonic() - read_at > self._keep_seconds:
                with self._database.reading() as connection:
                    kept = self._read(connection, name, span)
                self._kept = {**self._fresh(), (name, span): (time.monotonic(), kept)}
        return kept

    def _fresh(self) -> dict[tuple[str, Span], tuple[float, Overview]]:
        oldest = time.monotonic() - self._keep_seconds
        return {key: kept for key, kept in self._kept.items() if kept[0] > oldest}

    def _recorded(self, rows: list[ModelRow]) -> list[str]:
        names = dict.fromkeys(row.game for row in rows if row.game in self._games)
        return self._games.real_first(names) or [next(iter(self._games))]

    def _read(self, connection: Connection, name: str, span: Span) -> Overview:
        game, now, rows = self._games[name], self._now(), read_models(connection)
        of_game = in_order(row for row in rows if row.game == name)
        counted = [row.id for row in of_game if row.role != "control"]
        shown = _shown(of_game)
        models = read_model_overviews(connection, game, shown)
        parts: dict[str, Any] = {
            "activity": read_activity(connection, game, counted, span, now),
            "draws": read_draw_state(connection, game, counted, now),
            "alerts": read_active_alerts(connection),
            "notifications": read_notifications(connection, _NOTIFICATIONS),
            "runs": recent_runs(connection, name, _RUNS),
            "quarantined": sum(waiting(connection).values()),
        }
        return Overview(
            at=now,
            game=game,
            games=self._recorded(rows),
            models=models,
            models_left_out=len(of_game) - len(shown),
            predictions=sum(model.predictions for model in models if not model.is_control),
            resources=self._resources(),
            rules=self._rules(),
            **parts,
        )


def _shown(rows: list[ModelRow]) -> list[ModelRow]:
    """The first ones, with room for the newest control arm, which stands at the end."""
    controls = [row for row in rows if row.role == "control"][:2]
    return [row for row in rows if row.role != "control"][: MOST_MODELS - len(controls)] + controls
