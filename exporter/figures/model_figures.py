"""What a model version did: in windows of draws, draw by draw, and over its life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from exporter.domain.games import Game, Games
from exporter.domain.lifetime import SCORE_MEASURES, Lifetime
from exporter.domain.prizes import Money, expected_tiers
from exporter.domain.statistics.baseline import (
    LONGEST_WINDOW,
    SINCE_START,
    Assessment,
    WindowSums,
    assess,
    assess_windows,
)
from exporter.domain.statistics.calibration import Calibration, calibration
from exporter.domain.statistics.evidence import Evidence
from exporter.domain.statistics.hypergeometric import expected_hits_distribution
from exporter.domain.statistics.trend import Trend, trend
from exporter.domain.versions import CONTROL, recency
from exporter.figures.cells import add_up
from exporter.storage.evidence import Reference, read_references, states
from exporter.storage.read_figures import lifetime_cells
from exporter.storage.read_models import ModelRow
from exporter.storage.read_scores import ScoredDraw, last_totals
from exporter.storage.snapshot import Reading

_MEASURES = ("predictions", "failures", "held", *SCORE_MEASURES)


@dataclass(frozen=True)
class ModelFigures:
    """One model version; `draws` are its last scored ones, oldest first.

    Of several versions in one, what cannot be added up is missing, and `draws` is None.
    """

    row: ModelRow
    game: Game
    lifetime: Lifetime
    draws: Sequence[ScoredDraw] | None = ()
    evidence: Evidence | None = None
    reference: Reference | None = None

    @property
    def labels(self) -> tuple[str, str, str]:
        """Game, version and role."""
        return self.row.game, self.row.version, self.row.role

    @property
    def is_control(self) -> bool:
        """Whether it is a control arm: it is shown, marked, and counts in no total."""
        return self.row.role == CONTROL

    @property
    def points(self) -> Sequence[ScoredDraw]:
        """The last scored draws one by one."""
        return self.draws or ()

    @cached_property
    def windows(self) -> Mapping[str, Assessment]:
        """Each window of draws beside chance, the whole life among them, by its name."""
        if self.draws is None:
            return {}
        totals = [draw.totals for draw in self.draws]
        sums = self.lifetime.window_sums()
        return assess_windows(self.game.pool, self.game.drawn, totals, sums)

    def window(self, draws: int | None) -> Assessment:
        """The last so many draws (None: all that are at hand) beside chance."""
        last = self.points if draws is None else self.points[-draws:]
        sums = WindowSums.of(draw.totals for draw in last)
        return assess(self.game.pool, self.game.drawn, sums)

    def tickets(self, window: str) -> int:
        """Scored tickets in one of the windows."""
        if window == SINCE_START:
            return self.scored
        return sum(draw.tickets for draw in self.points[-int(window) :])

    @cached_property
    def trend(self) -> Trend:
        """Whether accuracy rises or falls over the last draws."""
        points = [(draw.number, draw.totals) for draw in self.points]
        return trend(self.game.pool, self.game.drawn, points)

    @cached_property
    def calibration(self) -> Calibration | None:
        """Confidence beside accuracy over the version's life; None without confidences."""
        return calibration(self.game.chance, self.lifetime.claims())

    @property
    def scored(self) -> int:
        """Tickets with a result."""
        return self.lifetime.tickets

    @cached_property
    def hits(self) -> Mapping[int, int]:
        """Scored tickets by their hits."""
        return self.lifetime.tickets_by_hits()

    @cached_property
    def expected_hits(self) -> Sequence[float]:
        """How many random tickets of the same sizes would have 0, 1, 2 … hits."""
        sizes = self.lifetime.tickets_by_size()
        return expected_hits_distribution(self.game.pool, self.game.drawn, sizes)

    @property
    def tiers(self) -> Mapping[int, int]:
        """Scored tickets by their best prize tier."""
        return self.lifetime.tickets_by_tier(self.game)

    @property
    def expected_tiers(self) -> Mapping[int, float]:
        """The same of random tickets."""
        return expected_tiers(self.game, self.lifetime.tickets_by_size())

    @property
    def held_shares(self) -> Sequence[float]:
        """Share of the tickets that hold each number of the pool; none without tickets."""
        held = self.lifetime.buckets("held")
        made = self.predictions
        return [held.get(k, 0) / made for k in range(self.game.pool)] if made else []

    @property
    def money(self) -> Money:
        """What scored tickets cost and won, in cents."""
        return self.lifetime.money

    @property
    def predictions(self) -> int:
        """Tickets made."""
        return self.lifetime.total("predictions")

    @property
    def failures(self) -> int:
        """Calls that failed."""
        return self.lifetime.total("failures")

    @property
    def ineligible(self) -> int:
        """Tickets made too late for their draw."""
        return self.lifetime.total("ineligible")


def in_order(rows: Iterable[ModelRow]) -> list[ModelRow]:
    """The version in use first, then by how new their predictions are; control arms at the end."""
    return sorted(rows, key=lambda r: (r.role != CONTROL, r.active, recency(r)), reverse=True)


def figures_of(reading: Reading, games: Games) -> list[ModelFigures]:
    """The model versions of known games in a reading, in the order in which they were seen."""
    return [
        ModelFigures(
            row,
            games[row.game],
            reading.totals.get(row.id, Lifetime()),
            reading.scored.get(row.id, ()),
            reading.evidence.get(row.id),
            reading.references.get(row.id),
        )
        for row in reading.models
        if row.game in games
    ]


def read_figures(
    connection: Connection, game: Game, rows: Sequence[ModelRow]
) -> list[ModelFigures]:
    """Of some model versions of a game."""
    cells = list(lifetime_cells(connection, [row.id for row in rows], _MEASURES))
    evidence, named = states(connection), read_references(connection)
    return [
        ModelFigures(
            row,
            game,
            Lifetime(add_up(cell for cell in cells if cell.model_id == row.id)),
            last_totals(connection, row.game_id, row.id, LONGEST_WINDOW),
            evidence.get(row.id),
            named.get(row.id),
        )
        for row in rows
    ]
