"""Evidence that may be looked at after every draw: e-processes and a change detector.

A factor multiplies the evidence after each draw and is worth 1 on average at chance. The product is
a test martingale: P(ever ≥ t) ≤ 1/t however often one looks (Ville 1939; Ramdas et al.,
"Game-theoretic statistics and safe anytime-valid inference", 2023). The Shiryaev–Roberts form R ←
(R + 1)·factor forgets a long good time: at chance its value grows by 1 a draw on average, so a
level t is reached no sooner than after t draws on average (Shiryaev 1963, Roberts 1966; Pollak
1985).

Factors come from `likelihood` (against chance) or `betting` (against a reference). Several
sizes of effect are followed side by side and averaged: an average of martingales is one.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

_LOG_LARGEST = 700.0
#: Sizes of effect followed side by side, with equal weights.
GRID_SIZE = 5


class LogFactors(NamedTuple):
    """Natural logarithms of one draw's factors, one entry per size of effect."""

    worse: tuple[float, ...]
    better: tuple[float, ...]


#: The factors of a draw that cannot say anything (every number held by as many tickets).
NO_EVIDENCE = LogFactors((0.0,) * GRID_SIZE, (0.0,) * GRID_SIZE)


class Guarantee(NamedTuple):
    """What an alarm at `threshold` promises for a model at chance (or at its reference)."""

    threshold: float
    ever_probability: float | None
    """Largest probability of ever reaching the threshold, however long the life."""
    mean_draws: float | None
    """Smallest mean number of draws until the threshold is reached for nothing."""


E_PROCESS_GUARANTEES = tuple(Guarantee(t, 1.0 / t, None) for t in (20.0, 100.0))
SHIRYAEV_ROBERTS_GUARANTEES = tuple(Guarantee(t, None, t) for t in (1000.0, 3000.0))


@dataclass(frozen=True)
class DirectionEvidence:
    """Evidence for one direction. All entries are finite, so the state is plain JSON."""

    log_e: tuple[float, ...] = (0.0,) * GRID_SIZE
    """Logarithm of the product of factors, per size of effect."""
    log_detector: tuple[float, ...] = (0.0,) * GRID_SIZE
    """log(1 + R) of the Shiryaev–Roberts value R, per size of effect: 0 at the start."""
    log_peak: float = 0.0
    """Largest logarithm the mixed e-value has had; exp(−log_peak) is a p-value valid at any
    time."""

    @property
    def log_e_value(self) -> float:
        """Logarithm of the mixed e-value."""
        return _log_mean_exp(self.log_e)

    @property
    def e_value(self) -> float:
        """The mixed e-value: 20 is reached by at most 5 % of models at chance, ever."""
        return _exp(self.log_e_value)

    @property
    def peak(self) -> float:
        """The largest e-value so far: "ever ≥ 20" is read here."""
        return _exp(self.log_peak)

    @property
    def shiryaev_roberts(self) -> float:
        """The mixed detector: N is reached at chance after N draws or more on average."""
        return _exp(_log_mean_exp(self.log_detector)) - 1.0

    def updated(self, log_factors: tuple[float, ...]) -> "DirectionEvidence":
        """The evidence after one more draw with these logarithms of factors."""
        log_e = tuple(e + f for e, f in zip(self.log_e, log_factors, strict=True))
        detector = tuple(
            _log1p_exp(r + f) for r, f in zip(self.log_detector, log_factors, strict=True)
        )
        return DirectionEvidence(log_e, detector, max(self.log_peak, _log_mean_exp(log_e)))


@dataclass(frozen=True)
class Evidence:
    """Evidence of being worse and of being better, after `draws` that could say something."""

    draws: int = 0
    worse: DirectionEvidence = field(default_factory=DirectionEvidence)
    better: DirectionEvidence = field(default_factory=DirectionEvidence)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form; `from_dict` gives the very same state back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Evidence":
        """The state `to_dict` wrote. KeyError or ValueError when it is not one."""
        return cls(
            int(stored["draws"]),
            _direction_from_dict(stored["worse"]),
            _direction_from_dict(stored["better"]),
        )


def update(state: Evidence, factors: LogFactors) -> Evidence:
    """The state after one more draw.

    A draw that says nothing changes nothing: the detector must not rise for want of information.
    """
    if factors == NO_EVIDENCE:
        return state
    return Evidence(
        state.draws + 1, state.worse.updated(factors.worse), state.better.updated(factors.better)
    )


def replay(draws: Iterable[LogFactors]) -> Evidence:
    """The state after all these draws, oldest first: used after a late or corrected result."""
    state = Evidence()
    for factors in draws:
        state = update(state, factors)
    return state


def _log_mean_exp(logs: tuple[float, ...]) -> float:
    top = max(logs)
    return top + math.log(math.fsum(math.exp(x - top) for x in logs) / len(logs))


def _log1p_exp(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _exp(x: float) -> float:
    # A leaking model passes the largest float within months: values stop short of it.
    return math.exp(min(x, _LOG_LARGEST))


def _direction_from_dict(stored: Mapping[str, Any]) -> DirectionEvidence:
    log_e = tuple(float(x) for x in stored["log_e"])
    log_detector = tuple(float(x) for x in stored["log_detector"])
    if len(log_e) != GRID_SIZE or len(log_detector) != GRID_SIZE:
        raise ValueError(f"stored evidence needs {GRID_SIZE} entries per direction")
    return DirectionEvidence(log_e, log_detector, float(stored["log_peak"]))
