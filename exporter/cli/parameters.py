"""Kinds of values that commands take, each refused in one line that says what is right."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click

from exporter.config import InvalidSettings, load_settings
from exporter.config.kinds import parse_size
from exporter.domain.draw_records import parse_day
from exporter.domain.games import UnknownGame
from exporter.domain.pickers import Picker, UnknownModel, picker

Value = TypeVar("Value")


class Parsed(click.ParamType[Value]):
    """What `parse` makes of a text; its error is the line."""

    def __init__(self, name: str, parse: Callable[[str], Value]) -> None:
        self.name = name
        self._parse = parse

    def convert(
        self, value: str | Value, param: click.Parameter | None, ctx: click.Context | None
    ) -> Value:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except (ValueError, UnknownGame, UnknownModel, InvalidSettings) as error:
            self.fail(str(error), param, ctx)


def _number_or_day(text: str) -> int | date:
    try:
        return int(text) if text.isdecimal() else parse_day(text)
    except ValueError:
        reason = f"{text!r} must be a draw's number, DD/MM/YYYY or YYYY-MM-DD"
        raise ValueError(reason) from None


def _size(text: str) -> int:
    try:
        size = parse_size(text)
    except ValueError as error:
        raise ValueError(f"{text!r} {error}") from None
    if not size:
        raise ValueError("must be above 0")
    return size


def _pickers(text: str) -> tuple[Picker, ...]:
    return tuple(picker(name) for name in dict.fromkeys(map(str.strip, text.split(","))))


#: A game by its name.
GAME = Parsed("game", lambda name: load_settings().games[name])
#: A draw's number or day.
DRAW = Parsed("number|date", _number_or_day)
#: A number of bytes, as settings write it.
SIZE = Parsed("size", _size)
#: Simple models by their names, with commas between them.
MODELS = Parsed("names", _pickers)
