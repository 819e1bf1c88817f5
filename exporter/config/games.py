"""More games, or news of known ones, from a YAML file (LOTOFACIL_GAMES_FILE)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from exporter.config.calendars import (
    Exceptions,
    Holidays,
    Weeks,
    new_calendar,
    newer_calendar,
)
from exporter.config.faults import fault_lines, short
from exporter.domain.brazilian_calendars import CALENDARS
from exporter.domain.calendars import Calendar
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import Game, Games, Tariff

Model = TypeVar("Model", bound=BaseModel)


def _cents(value: Decimal) -> int:
    cents = value * 100
    if cents != int(cents):
        raise ValueError("must be reais with at most two decimals")
    return int(cents)


Reais = Annotated[Decimal, Field(ge=0, le=10**9, allow_inf_nan=False), AfterValidator(_cents)]
Hits = Annotated[int, Field(ge=0, le=126)]
Count = Annotated[int, Field(ge=1, le=126)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Definition(_Form, ABC):
    """What a file says about one game."""

    @abstractmethod
    def game(self, name: str) -> Game:
        """The game; raises ValueError for rules that contradict each other."""


class _Price(_Form):
    since: date
    bet: Reais
    prizes: dict[Hits, Reais] = {}

    def tariff(self, tiers: tuple[int, ...]) -> Tariff:
        """With None for the tiers whose prize varies."""
        prizes = {tier: int(self.prizes[tier]) if tier in self.prizes else None for tier in tiers}
        return Tariff(self.since, int(self.bet), prizes)


class _NewGame(_Definition):
    title: Annotated[str, Field(min_length=1, max_length=60)]
    pool: Count
    first: Annotated[int, Field(ge=0, le=1)] = 1
    drawn: Count
    ticket: Count | Annotated[list[Count], Field(min_length=2, max_length=2)]
    tiers: Annotated[list[Hits], Field(min_length=1)]
    draws: Weeks | None = None
    exceptions: Exceptions = {}
    holidays: Holidays | None = None
    began: date | None = None
    prices: list[_Price] = []

    def game(self, name: str) -> Game:
        smallest, largest = self.ticket if isinstance(self.ticket, list) else [self.ticket] * 2
        tiers = tuple(sorted(set(self.tiers)))
        if tiers[-1] > min(self.drawn, largest):
            raise ValueError(f"tiers: {tiers[-1]} hits cannot be reached")
        return Game(
            name,
            self.title,
            self.pool,
            self.drawn,
            smallest,
            largest,
            tiers,
            self._calendar(name),
            self.first,
            _tariffs(self.prices, tiers),
            began=self.began,
        )

    def _calendar(self, name: str) -> Calendar:
        if self.draws is not None:
            return new_calendar(self.draws, self.exceptions, self.holidays)
        if name not in CALENDARS:
            raise ValueError(f"draws: missing - known without it: {', '.join(sorted(CALENDARS))}")
        return newer_calendar(CALENDARS[name], (), self.exceptions)


class _News(_Definition):
    """All that a file may say about a known game (its rules are part of its records).

    A price, or a week, of the same day of effect is replaced.
    """

    prices: Annotated[list[_Price], Field(min_length=1)] | None = None
    draws: Weeks | None = None
    exceptions: Exceptions = {}

    def game(self, name: str) -> Game:
        if not self.model_fields_set:
            raise ValueError(f"says nothing; it may say {', '.join(type(self).model_fields)}")
        game = KNOWN_GAMES[name]
        newer = _tariffs(self.prices or (), game.tiers)
        days = {tariff.since for tariff in newer}
        older = (tariff for tariff in game.tariffs if tariff.since not in days)
        calendar = newer_calendar(game.calendar, self.draws or (), self.exceptions)
        return replace(game, tariffs=(*older, *newer), calendar=calendar)


class _Names(_Form):
    games: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,31}$")], dict[str, Any]]


def _tariffs(prices: Sequence[_Price], tiers: tuple[int, ...]) -> tuple[Tariff, ...]:
    for price in prices:
        unknown = sorted(set(price.prizes) - set(tiers))
        if unknown:
            raise ValueError(f"prices: {unknown[0]} hits win no prize; tiers are {tiers}")
    return tuple(price.tariff(tiers) for price in prices)


def known_games(path: Path | None) -> Games:
    """The games known from the start and those of the file.

    Raises ValueError with one line for each fault: game, field, and what is right.
    """
    return KNOWN_GAMES if path is None else KNOWN_GAMES.plus(_games(path))


def _games(path: Path) -> list[Game]:
    definitions = _checked(_Names, _document(path))
    games: list[Game] = []
    faults: list[str] = []
    for name, definition in definitions.games.items():
        try:
            form: type[_Definition] = _News if name in KNOWN_GAMES else _NewGame
            games.append(_checked(form, definition).game(name))
        except ValueError as error:
            faults += [f"{name}: {line}" for line in str(error).splitlines()]
    if faults:
        raise ValueError("\n".join(faults))
    return games


def _document(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"is not YAML{_place(error)}") from None


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def _checked(form: type[Model], value: Any) -> Model:
    try:
        return form.model_validate(value)
    except ValidationError as error:
        lines = fault_lines(error.errors(include_url=False), _shown)
        raise ValueError("\n".join(lines)) from None


def _shown(fault: Mapping[str, Any]) -> str:
    """A value of a field; the whole of what is no file of games may be a secret."""
    return short(fault["input"]) if fault["loc"] else ""
