"""The shapes of what model versions did since their start. Ratios 0-1, money in reais."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.domain.statistics import Assessment, Calibration, Trend


@dataclass(frozen=True, slots=True)
class DirectionFigures:
    """Evidence for one direction; see `guarantees` for what its thresholds promise.

    `anytime_p_value` is 1 ÷ `peak`: valid however often one has looked.
    """

    e_value: float
    peak: float
    anytime_p_value: float
    shiryaev_roberts: float


@dataclass(frozen=True, slots=True)
class EvidenceFigures:
    """Evidence of being worse and of being better, after `draws` that could say something."""

    draws: int
    verdict: str
    worse: DirectionFigures
    better: DirectionFigures


@dataclass(frozen=True, slots=True)
class ReferenceFigures:
    """An accuracy that a user named, and the evidence against it."""

    accuracy: float
    set_at: datetime
    evidence: EvidenceFigures


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """A window of draws beside chance; its verdict counts for one look planned beforehand."""

    verdict: str
    figures: Assessment


@dataclass(frozen=True, slots=True)
class CountFigures:
    """Tickets with so many hits (or whose best prize tier it is), beside what chance gives."""

    hits: int
    tickets: int
    expected: float


@dataclass(frozen=True, slots=True)
class ChosenNumber:
    """Share of a version's tickets that hold a number."""

    number: int
    share: float


@dataclass(frozen=True, slots=True)
class MoneyFigures:
    """Reais; `net_expected` is what random tickets of the same sizes would net on average."""

    cost: float
    prizes: float
    net: float
    net_expected: float


@dataclass(frozen=True, slots=True)
class ModelStanding:
    """A model version since its start. Control arms are marked by `role` and in no total."""

    game: str
    model_version: str
    role: str
    active: bool
    started_at: datetime
    predictions: int
    failures: int
    scored: int
    ineligible: int
    windows: Mapping[str, WindowFigures]
    evidence: EvidenceFigures | None
    reference: ReferenceFigures | None
    trend: Trend
    calibration: Calibration | None
    hits: Sequence[CountFigures]
    tiers: Sequence[CountFigures]
    numbers: Sequence[ChosenNumber]
    money: MoneyFigures


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """How often a number was drawn; `z` is its distance from the expected count."""

    number: int
    draws: int
    z: float


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """Frequencies of drawn numbers: they check the feed, and never say what comes next.

    `p_value` is of the chi-square for draws without replacement. A broken feed is far below 1e-6.
    """

    draws: int
    expected: float
    chi_square: float
    degrees: int
    p_value: float
    numbers: Sequence[DrawnNumber]


@dataclass(frozen=True, slots=True)
class GameStanding:
    """A game's chance baseline, and the check of its results; None before the first."""

    chance: float
    feed_check: FeedCheck | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """What reaching a threshold means; None: not promised.

    At most `ever_probability` of models ever do so by luck, or one in `mean_draws` draws on
    average at most; `promise` says the same in words.
    """

    threshold: float
    ever_probability: float | None
    mean_draws: float | None
    promise: str


@dataclass(frozen=True, slots=True)
class Guarantees:
    """Of a model at chance, or of one that keeps its reference: `evidence` is about `peak`.

    `change` is about `shiryaev_roberts`.
    """

    evidence: Sequence[Threshold]
    change: Sequence[Threshold]


@dataclass(frozen=True, slots=True)
class StandingData:
    """All model versions, their games, and what the thresholds of evidence promise."""

    models: Sequence[ModelStanding]
    games: Mapping[str, GameStanding]
    guarantees: Guarantees
