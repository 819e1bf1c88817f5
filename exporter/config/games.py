"""More games, or newer prices of known ones, from a YAML file (LOTOFACIL_GAMES_FILE)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from exporter.config.faults import fault_lines, short
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import Calendar, Game, Games, Tariff

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Model = TypeVar("Model", bound=BaseModel)


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (LookupError, ValueError, OSError):
        raise ValueError("must be a time zone such as America/Sao_Paulo") from None


def _moment(value: object) -> object:
    """20:00 without quotes is a number of minutes to YAML: 1200."""
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)
    return value


def _cents(value: Decimal) -> int:
    cents = value * 100
    if cents != int(cents):
        raise ValueError("must be reais with at most two decimals")
    return int(cents)


def _weekday(value: str) -> int:
    if value.lower() not in _DAYS:
        raise ValueError(f"must be one of {', '.join(_DAYS)}")
    return _DAYS.index(value.lower())


Reais = Annotated[Decimal, Field(ge=0, le=10**9, allow_inf_nan=False), AfterValidator(_cents)]
Weekday = Annotated[str, AfterValidator(_weekday)]
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


class _Draws(_Form):
    days: Annotated[list[Weekday], Field(min_length=1)]
    at: Annotated[time, BeforeValidator(_moment)]
    zone: Annotated[str, AfterValidator(_zone)] = "America/Sao_Paulo"

    def calendar(self) -> Calendar:
        return Calendar(frozenset(map(int, self.days)), self.at, self.zone)


class _NewGame(_Definition):
    title: Annotated[str, Field(min_length=1, max_length=60)]
    pool: Count
    first: Annotated[int, Field(ge=0, le=1)] = 1
    drawn: Count
    ticket: Count | Annotated[list[Count], Field(min_length=2, max_length=2)]
    tiers: Annotated[list[Hits], Field(min_length=1)]
    draws: _Draws
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
            self.draws.calendar(),
            self.first,
            _tariffs(self.prices, tiers),
            began=self.began,
        )


class _NewPrices(_Definition):
    """All that a file may say about a known game (its rules are part of its records).

    A price of the same day is replaced.
    """

    prices: Annotated[list[_Price], Field(min_length=1)]

    def game(self, name: str) -> Game:
        game = KNOWN_GAMES[name]
        newer = _tariffs(self.prices, game.tiers)
        days = {tariff.since for tariff in newer}
        older = (tariff for tariff in game.tariffs if tariff.since not in days)
        return replace(game, tariffs=(*older, *newer))


class _Names(_Form):
    games: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,31}$")], dict[str, Any]]


def _tariffs(prices: list[_Price], tiers: tuple[int, ...]) -> tuple[Tariff, ...]:
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
            form: type[_Definition] = _NewPrices if name in KNOWN_GAMES else _NewGame
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
