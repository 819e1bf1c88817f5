"""How things are measured: ours and its floor in turn, several rounds, medians and ratios."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report. `ratio` is value / floor; `target` bounds it from one side.

    Values are in `unit`; `floor` None: the target is absolute and `ratio` is value / target.
    """

    name: str
    value: float
    floor: float | None
    unit: str
    target: str
    ratio: float
    met: bool

    def to_dict(self) -> dict[str, object]:
        """As results.json holds it."""
        return {
            "name": self.name,
            "value": self.value,
            "floor": self.floor,
            "ratio": self.ratio,
            "target": self.target,
            "met": self.met,
            "unit": self.unit,
        }


def in_turn(
    rounds: int, ours: Callable[[], float], floor: Callable[[], float]
) -> tuple[float, float, float]:
    """Medians of ours, of the floor, and of the rounds' ratios: the machine's mood cancels out."""
    pairs = [(floor(), ours()) for _ in range(rounds)]
    return (
        median(our for _, our in pairs),
        median(low for low, _ in pairs),
        median(our / low for low, our in pairs),
    )


def at_least(name: str, unit: str, target: float, measured: tuple[float, float, float]) -> Result:
    """A rate that must reach a share of the floor."""
    value, floor, ratio = measured
    return Result(name, value, floor, unit, f">= {target:g} x floor", ratio, ratio >= target)


def at_most(name: str, unit: str, target: float, measured: tuple[float, float, float]) -> Result:
    """A duration that may take a multiple of the floor."""
    value, floor, ratio = measured
    return Result(name, value, floor, unit, f"<= {target:g} x floor", ratio, ratio <= target)


def absolute(name: str, unit: str, target: float, value: float, *, below: bool = True) -> Result:
    """A figure that must stay below (or reach) a bound of its own."""
    met = value <= target if below else value >= target
    sign = "<=" if below else ">="
    ratio = value / target if target else value
    return Result(name, value, None, unit, f"{sign} {target:g} {unit}", ratio, met)


def compared(name: str, unit: str, measured: tuple[float, float, float]) -> Result:
    """A figure beside its floor that no target bounds."""
    value, floor, ratio = measured
    return Result(name, value, floor, unit, "none", ratio, met=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
