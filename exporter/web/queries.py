"""Query parameters: checked by their models, then made into the domain's queries."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.games import Games, UnknownGame
from exporter.domain.periods import InvalidPeriod, Period, is_date, parse_period
from exporter.domain.predictions import MILLION
from exporter.domain.queries import (
    DEFAULT_WINDOW,
    FiguresQuery,
    GroupBy,
    MetricType,
    PageQuery,
    Selection,
    SummaryQuery,
)
from exporter.serving.json_body import printable
from exporter.serving.problems import bad_parameter

MAX_LIMIT = 1000
Choice = TypeVar("Choice", bound=StrEnum)


Word = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(printable)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Parameters(BaseModel):
    """Parameters of a route; one that is not listed is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    @cache
    def model_json_schema(cls, **options: Any) -> dict[str, Any]:  # type: ignore[override]
        """The schema, made once: the OpenAPI library asks for it with each request."""
        return super().model_json_schema(**options)


class FilterParameters(Parameters):
    """Which predictions count."""

    filter_game_type: Annotated[Word | None, Field(description="Only this game.")] = None
    filter_model_version: Annotated[Word | None, Field(description="Only this version.")] = None
    filter_role: Annotated[
        Literal["model", "control"] | None,
        Field(description="Control arms are never in totals unless they are asked for."),
    ] = None

    def selection(self, games: Games) -> Selection:
        """The domain's selection; raises Problem."""
        _known_game(self.filter_game_type, games)
        return Selection(self.filter_game_type, self.filter_model_version, self.filter_role)


class ConfidenceParameters(FilterParameters):
    """Which predictions count, by their confidence too."""

    filter_confidence_min: Annotated[
        Ratio | None, Field(description="Least confidence; reads raw rows: at most 92 days.")
    ] = None
    filter_confidence_max: Annotated[
        Ratio | None, Field(description="Most confidence; reads raw rows: at most 92 days.")
    ] = None

    def selection(self, games: Games) -> Selection:
        """The domain's selection; raises Problem."""
        _known_game(self.filter_game_type, games)
        least, most = self.filter_confidence_min, self.filter_confidence_max
        if least is not None and most is not None and least > most:
            raise bad_parameter("filter_confidence_min", "is above filter_confidence_max")
        return Selection(
            self.filter_game_type,
            self.filter_model_version,
            self.filter_role,
            None if least is None else round(least * MILLION),
            None if most is None else round(most * MILLION),
        )


class PeriodParameters(Parameters):
    """A period; it holds its start and not its end."""

    time_range: Annotated[
        Word | None,
        Field(
            description="`30m`, `24h`, `7d`, `4w`, `all`, or `custom` with `start_date`.",
            examples=["24h"],
        ),
    ] = None
    start_date: Annotated[
        Word | None, Field(description="A date, an RFC 3339 time or unix seconds; included.")
    ] = None
    end_date: Annotated[
        Word | None, Field(description="The same; not included. Left out: now.")
    ] = None
    timezone: Annotated[
        Word | None,
        Field(description="Zone of dates and days, such as `UTC`; left out: the game's."),
    ] = None

    def zone(self, game: str | None, games: Games) -> ZoneInfo:
        """The zone that dates are meant in; raises Problem."""
        if self.timezone is None:
            return ZoneInfo(games[game].calendar.zone if game else LOTOFACIL.calendar.zone)
        if not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", self.timezone):
            raise bad_parameter("timezone", f"{self.timezone!r} is not the name of a time zone")
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            reason = f"{self.timezone!r} is not the name of a time zone"
            raise bad_parameter("timezone", reason) from None

    def period(self, now: int, zone: ZoneInfo) -> Period:
        """The domain's period; raises Problem."""
        try:
            return parse_period(self.time_range, self.start_date, self.end_date, now=now, zone=zone)
        except InvalidPeriod as error:
            raise bad_parameter(error.parameter, error.reason) from None

    def notes(self) -> list[str]:
        """What is easily misread in the parameters."""
        if self.end_date and is_date(self.end_date):
            return [f"end_date is not included: the period ends where {self.end_date} begins"]
        return []

    @property
    def is_given(self) -> bool:
        """Whether any bound of a period was asked for."""
        return bool(self.time_range or self.start_date or self.end_date)


class FiguresParameters(PeriodParameters, ConfidenceParameters):
    """Figures of some types over a period."""

    types: Annotated[
        Word | None,
        Field(
            description="Of `accuracy`, `performance`, `predictions`, `system`; left out: all.",
            examples=["accuracy,performance"],
        ),
    ] = None
    group_by: Annotated[
        Word | None,
        Field(description="Of `hour` (UTC), `day`, `model_version`, `game`; one or several."),
    ] = None

    def query(self, games: Games, now: int) -> FiguresQuery:
        """The domain's query; raises Problem."""
        _known_game(self.filter_game_type, games)
        zone = self.zone(self.filter_game_type, games)
        return FiguresQuery(
            self.period(now, zone),
            zone.key,
            _choices("types", self.types, MetricType) or tuple(MetricType),
            _choices("group_by", self.group_by, GroupBy),
            self.selection(games),
        )


class ExportParameters(FiguresParameters):
    """What to export, and how."""

    format: Annotated[Literal["json", "csv"], Field(description="Form of the file.")] = "json"
    dataset: Annotated[
        Literal["metrics", "predictions", "draws"],
        Field(description="Figures by day and model version, raw predictions, or draws."),
    ] = "metrics"


class SummaryParameters(FilterParameters):
    """Where things stand."""

    window: Annotated[
        int, Field(ge=1, le=10_000, description="Draws that `accuracy.current` looks back on.")
    ] = DEFAULT_WINDOW
    time_range: Annotated[
        Word | None, Field(description="Span of performance and predictions; 24h if left out.")
    ] = None

    def query(self, games: Games, now: int) -> SummaryQuery:
        """The domain's query; raises Problem."""
        selection = self.selection(games)
        span = PeriodParameters(time_range=self.time_range)
        period = span.period(now, span.zone(self.filter_game_type, games))
        return SummaryQuery(period, self.window, selection)


class PageParameters(Parameters):
    """One page of a list, newest first."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Entries of a page.")] = 100
    cursor: Annotated[
        Word | None, Field(description="From `next_cursor` or the Link header of a page.")
    ] = None

    def before(self, width: int) -> tuple[int, ...] | None:
        """The key to go on below, of so many integers; None: the first page. Raises Problem."""
        return None if self.cursor is None else read_cursor(self.cursor, width)


class RecordsParameters(PageParameters, PeriodParameters):
    """A page of records of a period."""

    def page(self, selection: Selection, games: Games, now: int, width: int) -> PageQuery:
        """The domain's query; `width` integers make a key. Raises Problem."""
        zone = self.zone(selection.game, games)
        period = self.period(now, zone) if self.is_given else None
        return PageQuery(self.limit, self.before(width), selection, period)


class PredictionsParameters(RecordsParameters, ConfidenceParameters):
    """A page of raw predictions."""

    def query(self, games: Games, now: int) -> PageQuery:
        """The domain's query; raises Problem."""
        return self.page(self.selection(games), games, now, width=1)


class DrawsParameters(RecordsParameters, FilterParameters):
    """A page of draws."""

    def query(self, games: Games, now: int) -> PageQuery:
        """The domain's query; raises Problem."""
        return self.page(self.selection(games), games, now, width=3)


def write_cursor(key: Iterable[int]) -> str:
    """An opaque text for the key to go on below."""
    return urlsafe_b64encode(".".join(map(str, key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, width: int) -> tuple[int, ...]:
    """The key in a cursor; raises Problem."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})" + f"{{{width - 1}}}", text):
        raise bad_parameter("cursor", "is not one that this list gave out")
    return tuple(map(int, text.split(".")))


def refuse_repeated(names: Iterable[tuple[str, list[str]]]) -> None:
    """Raises Problem for a parameter that is given more than once."""
    for name, values in names:
        if len(values) > 1:
            raise bad_parameter(name, "is given more than once")


def _known_game(name: str | None, games: Games) -> None:
    try:
        if name is not None:
            games[name]
    except UnknownGame as error:
        raise bad_parameter("filter_game_type", str(error)) from None


def _choices(parameter: str, text: str | None, choices: type[Choice]) -> tuple[Choice, ...]:
    try:
        return tuple(dict.fromkeys(choices(part) for part in text.split(","))) if text else ()
    except ValueError:
        names = ", ".join(choices)
        raise bad_parameter(parameter, f"{text!r} is not a list of: {names}") from None
