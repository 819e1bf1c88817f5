"""Kinds of values that commands take, each refused in one line that says what is right."""

from datetime import date

import click

from exporter.config import InvalidSettings, load_settings
from exporter.config.kinds import parse_size
from exporter.domain.draw_records import parse_day
from exporter.domain.games import Game, UnknownGame
from exporter.domain.pickers import Picker, UnknownModel, picker


class GameName(click.ParamType[Game]):
    """A game by its name."""

    name = "game"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Game:
        try:
            return value if isinstance(value, Game) else load_settings().games[str(value)]
        except (UnknownGame, InvalidSettings) as error:
            self.fail(str(error), param, ctx)


class DrawBound(click.ParamType[int | date]):
    """A draw's number or day."""

    name = "number|date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | date:
        if isinstance(value, int | date):
            return value
        text = str(value)
        try:
            return int(text) if text.isdecimal() else parse_day(text)
        except ValueError:
            self.fail(f"{text!r} must be a draw's number, DD/MM/YYYY or YYYY-MM-DD", param, ctx)


class Size(click.ParamType[int]):
    """A number of bytes, as settings write it."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        try:
            size = parse_size(value)
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)
        return size if isinstance(size, int) and size > 0 else self.fail("must be above 0")


class ModelNames(click.ParamType[tuple[Picker, ...]]):
    """Simple models by their names, with commas between them."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Picker, ...]:
        names = dict.fromkeys(name.strip() for name in str(value).split(","))
        try:
            return tuple(picker(name) for name in names)
        except UnknownModel as error:
            self.fail(str(error), param, ctx)
