"""What becomes of a record: the one form in which every kind, and every batch, is told of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Fate(StrEnum):
    """What became of one record."""

    NEW = "new"  # kept for good
    REPEATED = "repeated"  # the same was kept before
    CORRECTED = "corrected"  # kept in place of another one
    CONFLICT = "conflict"  # its idempotency key came before with another body
    REFUSED = "refused"  # it breaks a rule
    WAITING = "waiting"  # on disk, until its destination can say more


class ConflictingKey(ValueError):
    """The idempotency key was used before for another record of its kind."""

    def __init__(self, key: str, kind: str) -> None:
        super().__init__(f"idempotency_key: {key!r} was used before for another {kind}")


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of several records: how many were new, and the places (from 0) of the others.

    Places, not keys: of several with one key in a batch, the first may be new. `refused` tells why.
    With `waiting` the new ones are on disk until their destination can be reached. `keys` are the
    records' own, given or made, where a caller needs them; None: refused.
    """

    stored: int = 0
    repeated: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()
    refused: Mapping[int, Exception] = field(default_factory=dict)
    corrected: frozenset[int] = frozenset()
    waiting: bool = False
    keys: Sequence[str | None] = ()

    @classmethod
    def one(cls, fate: Fate, fault: Exception | None = None) -> "Fates":
        """The same form for a single record; `fault` says why it was refused."""
        waiting, here, nowhere = fate is Fate.WAITING, frozenset((0,)), frozenset[int]()
        return cls(
            int(waiting or fate is Fate.NEW),
            here if fate is Fate.REPEATED else nowhere,
            here if fate is Fate.CONFLICT else nowhere,
            {0: fault} if fault else {},
            here if fate is Fate.CORRECTED else nowhere,
            waiting,
        )

    def of(self, place: int) -> Fate:
        """What became of the record at a place."""
        for fate, places in (
            (Fate.REFUSED, self.refused),
            (Fate.CONFLICT, self.conflicts),
            (Fate.REPEATED, self.repeated),
            (Fate.CORRECTED, self.corrected),
        ):
            if place in places:
                return fate
        return Fate.WAITING if self.waiting else Fate.NEW

    def lost(self) -> list[int]:
        """The places of those that are kept nowhere, in order."""
        return sorted(self.conflicts | self.refused.keys())

    def then(self, later: "Fates", after: int) -> "Fates":
        """Both, where `later` began after so many places."""
        moved = later.moved(after.__add__)
        return Fates(
            self.stored + moved.stored,
            self.repeated | moved.repeated,
            self.conflicts | moved.conflicts,
            {**self.refused, **moved.refused},
            self.corrected | moved.corrected,
            self.waiting or moved.waiting,
        )

    def moved(self, to: Callable[[int], int]) -> "Fates":
        """The same, where each record stands at another place."""
        return replace(
            self,
            repeated=frozenset(map(to, self.repeated)),
            conflicts=frozenset(map(to, self.conflicts)),
            refused={to(place): why for place, why in self.refused.items()},
            corrected=frozenset(map(to, self.corrected)),
        )
