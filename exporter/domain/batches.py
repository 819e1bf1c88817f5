"""Batches of predictions, column by column: the same checks as for one, at a fraction of the cost.

A batch that is right in every item, as almost all are, is checked with a few passes over
whole columns. Whatever raises the least doubt is parsed item by item instead, which says
what is wrong; the two can never disagree about what is accepted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from math import isnan
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from exporter.domain.prediction_fields import (
    filled_in,
    parse_draw_number,
    parse_moment_of,
    parse_role_of,
)
from exporter.domain.prediction_parser import FIELDS, PredictionParser
from exporter.domain.predictions import (
    FILLABLE,
    MAX_LATENCY_SECONDS,
    MILLION,
    PLAIN,
    InvalidPrediction,
    Kind,
    Prediction,
)
from exporter.domain.tickets import LOW_WORD, WORD

_Types = Set[type]
_NUMBERS: _Types = {float, int, NoneType}
_TEXTS: _Types = {str, NoneType}
_WHOLE: _Types = {int, NoneType}
_SEQUENCES = {list, tuple}
_INTEGERS = {int}
_FLOATS = {float}
#: The largest values of numbers that are kept in millionths.
_MOST = {Kind.SHARE: 1, Kind.DURATION: MAX_LATENCY_SECONDS}


@dataclass(frozen=True, slots=True)
class Columns:
    """Checked predictions of one game: a list for each field of Prediction, all equally long."""

    game: str
    fields: Mapping[str, Sequence[Any]]

    def __getitem__(self, field: str) -> Sequence[Any]:
        return self.fields[field]

    def __len__(self) -> int:
        return len(self.fields["key"])


class ParsedBatch(NamedTuple):
    """A batch: columns for each game, each item's key (None: refused), and what was refused.

    `places` tells of each row, through all columns, which item it was.
    """

    columns: Sequence[Columns]
    keys: Sequence[str | None]
    refused: Mapping[int, InvalidPrediction]
    places: Sequence[int]


class _Doubt(Exception):
    """The quick way cannot say that every item is right."""


def by_game(predictions: Iterable[Prediction]) -> list[Columns]:
    """Checked predictions as columns, one set for each game, in the order of the games' names."""
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        groups[prediction.game].append(prediction)
    return [columns_of(game, groups[game]) for game in sorted(groups)]


def columns_of(game: str, predictions: Sequence[Prediction]) -> Columns:
    """Predictions of a game, at least one, as columns."""
    values = zip(*predictions, strict=True)
    return Columns(game, dict(zip(Prediction._fields, values, strict=True)))


def predictions_of(columns: Columns) -> list[Prediction]:
    """The predictions of a batch, one by one."""
    fields = [columns[name] for name in Prediction._fields]
    return list(map(Prediction._make, zip(*fields, strict=True)))


class BatchParser:
    """Parses batches with the rules of a PredictionParser."""

    def __init__(self, parser: PredictionParser) -> None:
        self._parser = parser

    def parse(self, batch: Sequence[Mapping[str, Any]]) -> ParsedBatch:
        """The checked batch; `refused` tells by index what is wrong with the others."""
        try:
            columns = self._quickly(batch)
        except (_Doubt, InvalidPrediction, LookupError, TypeError, AttributeError, OverflowError):
            return self._slowly(batch)
        return ParsedBatch([columns], columns["key"], {}, range(len(columns)))

    def _slowly(self, batch: Sequence[Mapping[str, Any]]) -> ParsedBatch:
        refused: dict[int, InvalidPrediction] = {}
        accepted: dict[int, Prediction] = {}
        for index, raw in enumerate(batch):
            try:
                accepted[index] = self._parser.parse(raw)
            except InvalidPrediction as error:
                refused[index] = error
        keys = [accepted[index].key if index in accepted else None for index in range(len(batch))]
        places = sorted(
            accepted, key=lambda index: accepted[index].game
        )  # the order of the columns
        return ParsedBatch(by_game(accepted.values()), keys, refused, places)

    def _quickly(self, batch: Sequence[Mapping[str, Any]]) -> Columns:
        column = _RawColumns(batch, self._parser)
        games = set(column.values("game_type"))
        if len(games) != 1 or type(game := games.pop()) is not str:
            raise _Doubt
        sizes, bits = self._numbers(column.values("numbers"), game)
        highs = [b >> WORD or None for b in bits] if max(bits) > LOW_WORD else [None] * len(bits)
        fields: dict[str, Sequence[Any]] = {
            "key": column.keys(),
            "game": [game] * len(batch),
            "model_version": column.of("model_version", _TEXTS, partial(self._version, game)),
            "role": column.roles(),
            "predicted_at": column.moments(game),
            "draw_number": column.draws(game),
            "size": sizes,
            "numbers": [b & LOW_WORD for b in bits] if any(highs) else bits,
            "numbers_high": highs,
            "filled": column.filled(),
        }
        plain = {name: column.plain(name, field.kind) for name, field in PLAIN.items()}
        return Columns(game, fields | plain)

    def _version(self, game: str, value: object) -> str | None:
        return self._parser.version(value, game)

    def _numbers(self, tickets: list[Any], game: str) -> tuple[list[int], list[int]]:
        table, sizes = self._parser.bits[game], list(map(len, tickets))
        if (
            not self._parser.sizes[game].issuperset(sizes)
            or not _SEQUENCES.issuperset(map(type, tickets))
            or set(map(type, chain.from_iterable(tickets))) != _INTEGERS
        ):
            raise _Doubt
        # One call fetches the powers of two of all of a ticket's numbers.
        bits = [sum(itemgetter(*ticket)(table)) for ticket in tickets]
        # A sum of powers of two keeps one bit for each only when they are distinct.
        if list(map(int.bit_count, bits)) != sizes:
            raise _Doubt
        return sizes, bits


class _RawColumns:
    """A batch as it came, by column; raises doubt, or what parsing a value raises."""

    def __init__(self, batch: Sequence[Mapping[str, Any]], parser: PredictionParser) -> None:
        self._batch = batch
        self._parser = parser
        self._names: Set[str] = batch[0].keys()
        # Items with as many fields as the first, and every field of it, have the same fields.
        self._is_even = set(map(len, batch)) == {len(self._names)}
        if not self._is_even:
            self._names = set[str]().union(*batch)
        if not self._names <= FIELDS:
            raise _Doubt
        self._gaps = set(FIELDS) - self._names  # and what some of the items leave out
        if self._is_even:
            self._even = dict(zip(self._names, map(self._column, self._names), strict=True))

    def _column(self, name: str) -> list[Any]:
        return list(map(itemgetter(name), self._batch))

    def values(self, name: str) -> list[Any]:
        """A field's values as they came, None where it was left out."""
        if self._is_even:
            return self._even[name]
        return [raw.get(name) for raw in self._batch]

    def of(self, name: str, types: _Types, parse: Callable[[Any], Any]) -> list[Any]:
        """A field's values, each distinct one parsed once; other types raise doubt."""
        if name not in self._names:
            return [parse(None)] * len(self._batch)
        values = self.values(name)
        if not types >= set(map(type, values)):
            raise _Doubt
        parsed = {value: parse(value) for value in set(values)}
        if None in parsed:
            self._gaps.add(name)
        if len(parsed) == 1:
            return list(parsed.values()) * len(values)
        return list(map(parsed.__getitem__, values))

    def plain(self, name: str, kind: Kind) -> list[Any]:
        """A plain field's values."""
        if name not in self._names:
            return [None] * len(self._batch)
        parse = self._parser.plain[name]
        if kind is Kind.JSON:  # not hashable, so each is written
            return list(map(parse, self.values(name)))
        if kind in _MOST:
            return self._millionths(name, _MOST[kind], parse)
        return self.of(name, _TEXTS, parse)

    def _millionths(self, name: str, most: int, parse: Callable[[Any], Any]) -> list[Any]:
        values = self.values(name)
        # NaN spoils a sum, so a sum that is a number says that all of them are.
        if set(map(type, values)) == _FLOATS and 0 <= min(values) <= max(values) <= most:
            if isnan(sum(values)):
                raise _Doubt
            return [round(value * MILLION) for value in values]
        return self.of(name, _NUMBERS, parse)

    def keys(self) -> list[str]:
        """The callers' keys, or new ones."""
        if "idempotency_key" not in self._names:
            return self._parser.new_keys(len(self._batch))
        return list(map(self._parser.key, self.values("idempotency_key")))

    def moments(self, game: str) -> list[int]:
        """The moments; those left out are now, the same for the whole batch."""
        now = self._parser.now()
        types: _Types = {datetime, str, NoneType}
        moments = self.of("predicted_at", types, lambda value: parse_moment_of(value, now))
        if "predicted_at" in self._names:
            self._parser.horizon.check_moment(game, max(moments))
        return moments

    def draws(self, game: str) -> list[int | None]:
        """The draws' numbers; None where none was given."""
        numbers = self.of("draw_number", _WHOLE, parse_draw_number)
        if "draw_number" in self._names:
            self._parser.horizon.check_number(game, max({*numbers} - {None}, default=0))
        return numbers

    def roles(self) -> list[str | None]:
        """The roles; None where none was given."""
        if "role" not in self._names:
            return [None] * len(self._batch)
        version = None if "model_version" in self._gaps else ""
        return self.of("role", _TEXTS, lambda value: parse_role_of(value, version))

    def filled(self) -> list[int]:
        """The bits of what was not given; usually the same for all."""
        if "filled_in" in self._names or self._gaps & self._names & FILLABLE.keys():
            return list(map(filled_in, *map(self._values_or_none, (*FILLABLE, "filled_in"))))
        return [sum(FILLABLE[name] for name in FILLABLE.keys() - self._names)] * len(self._batch)

    def _values_or_none(self, name: str) -> list[Any]:
        return self.values(name) if name in self._names else [None] * len(self._batch)
