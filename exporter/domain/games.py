"""What a lottery game is: data, so that a new game needs a definition and no code."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import comb
from typing import Self

from exporter.domain.calendars import Calendar

#: Stands for the game of a record that names none of the known ones.
UNKNOWN_GAME = "unknown"


class UnknownGame(LookupError):
    """No definition of a game has this name."""

    def __init__(self, name: object, names: Iterable[str]) -> None:
        super().__init__(f"game {name!r} is not known; known games: {', '.join(sorted(names))}")


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices from a day on: cents for one bet of the smallest ticket, and for each fixed prize.

    `prizes` maps hits to cents, None where the prize varies from draw to draw.
    """

    since: date
    bet: int
    prizes: Mapping[int, int | None]


@dataclass(frozen=True)
class Game:
    """A game's rules: `drawn` of `pool` numbers, counted from `first`.

    A ticket holds `smallest` to `largest` numbers; it wins at the hits in `tiers`. The draws
    of an `invented` game never take place: nobody is shown it who did not ask for it, and no
    result of it is ever due. No draw is older than `began`; a game that names it is
    drawn once a day at most, from number 1.
    """

    name: str
    title: str
    pool: int
    drawn: int
    smallest: int
    largest: int
    tiers: tuple[int, ...]
    calendar: Calendar
    first: int = 1
    tariffs: tuple[Tariff, ...] = ()
    invented: bool = False
    began: date | None = None

    def __post_init__(self) -> None:
        """Refuses rules that contradict each other."""
        if not 0 < self.drawn < self.pool <= 126:
            raise ValueError(f"game {self.name!r}: needs 0 < drawn < pool <= 126")
        if not 0 < self.smallest <= self.largest <= self.pool:
            raise ValueError(f"game {self.name!r}: needs 0 < smallest <= largest <= pool")

    def next_due(self, after: datetime) -> datetime | None:
        """The first scheduled draw after `after` (aware), in UTC; None where none takes place."""
        if self.invented:
            return None
        return self.calendar.next_at_or_after(after + timedelta(microseconds=1))

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers that can be drawn."""
        return frozenset(range(self.first, self.first + self.pool))

    @cached_property
    def sizes(self) -> range:
        """How many numbers a ticket may hold."""
        return range(self.smallest, self.largest + 1)

    @property
    def chance(self) -> float:
        """Accuracy of a random ticket: drawn / pool, the same for every ticket size."""
        return self.drawn / self.pool

    @property
    def once_a_day(self) -> bool:
        """Whether it is surely drawn no more than once a day."""
        return self.began is not None

    def tariff(self, day: date) -> Tariff | None:
        """Prices and prizes in force on `day`; None before the first known."""
        in_force = [tariff for tariff in self.tariffs if tariff.since <= day]
        return max(in_force, key=lambda tariff: tariff.since, default=None)

    def most_draws(self, day: date) -> int | None:
        """How many draws there can have been up to the end of `day`; None where nobody knows."""
        return max(0, (day - self.began).days + 1) if self.began else None

    def bets(self, size: int) -> int:
        """How many bets of the smallest ticket a ticket of `size` numbers stands for."""
        return comb(size, self.smallest)


class Games(Mapping[str, Game]):
    """The games that are known, by name; a missing one raises UnknownGame."""

    def __init__(self, games: Iterable[Game]) -> None:
        self._games = {game.name: game for game in games}

    def __getitem__(self, name: str) -> Game:
        try:
            return self._games[name]
        except (KeyError, TypeError):
            raise UnknownGame(name, self._games) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._games

    def __iter__(self) -> Iterator[str]:
        return iter(self._games)

    def __len__(self) -> int:
        return len(self._games)

    def real_first(self, names: Iterable[str]) -> list[str]:
        """The names in the order of the definitions, but those of invented games last."""
        places = {name: place for place, name in enumerate(self)}
        return sorted(names, key=lambda name: (self[name].invented, places[name]))

    def plus(self, more: Iterable[Game]) -> Self:
        """These games and `more`; a name given again replaces the definition."""
        return type(self)([*self._games.values(), *more])
