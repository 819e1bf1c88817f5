"""Batches of predictions, column by column: the same checks as for one, at a fraction of the cost.

A batch that is right in every item, as almost all are, is checked with a few passes over
whole columns. Whatever raises the least doubt is parsed item by item instead, which says
what is wrong; the two can never disagree about what is accepted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from itertools import chain
from math import isnan
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple

from exporter.domain.prediction_fields import (
    filled_in,
    parse_confidence,
    parse_draw_number,
    parse_latency,
    parse_moment_of,
    parse_role_of,
)
from exporter.domain.prediction_parser import FIELDS, PredictionParser
from exporter.domain.predictions import (
    FILLABLE,
    MAX_LATENCY_SECONDS,
    MILLION,
    InvalidPrediction,
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


class Columns(NamedTuple):
    """Checked predictions of one game, a list for each field, all of the same length.

    The fields are those of Prediction.
    """

    game: str
    keys: Sequence[str]
    versions: Sequence[str | None]
    roles: Sequence[str | None]
    moments: Sequence[int]
    draws: Sequence[int | None]
    sizes: Sequence[int]
    numbers: Sequence[int]
    highs: Sequence[int | None]
    confidences: Sequence[int | None]
    latencies: Sequence[int | None]
    metadata: Sequence[str | None]
    filled: Sequence[int]


class Parsed(NamedTuple):
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
        groups[prediction[1]].append(prediction)
    return [_columns(name, groups[name]) for name in sorted(groups)]


def predictions_of(columns: Columns) -> list[Prediction]:
    """The predictions of a batch, one by one."""
    game, keys, *rest = columns
    return [Prediction(key, game, *values) for key, *values in zip(keys, *rest, strict=True)]


def _columns(game: str, predictions: Sequence[Prediction]) -> Columns:
    keys, _, *rest = zip(*predictions, strict=True)
    return Columns(game, keys, *rest)


class BatchParser:
    """Parses batches with the rules of a PredictionParser."""

    def __init__(self, parser: PredictionParser) -> None:
        self._parser = parser

    def parse(self, batch: Sequence[Mapping[str, Any]]) -> Parsed:
        """The checked batch; `refused` tells by index what is wrong with the others."""
        try:
            columns = self._quickly(batch)
        except (_Doubt, InvalidPrediction, LookupError, TypeError, AttributeError, OverflowError):
            return self._slowly(batch)
        return Parsed([columns], columns.keys, {}, range(len(columns.keys)))

    def _slowly(self, batch: Sequence[Mapping[str, Any]]) -> Parsed:
        refused: dict[int, InvalidPrediction] = {}
        taken: dict[int, Prediction] = {}
        for index, raw in enumerate(batch):
            try:
                taken[index] = self._parser.parse(raw)
            except InvalidPrediction as error:
                refused[index] = error
        keys = [taken[index].key if index in taken else None for index in range(len(batch))]
        places = sorted(taken, key=lambda index: taken[index].game)  # the order of the columns
        return Parsed(by_game(taken.values()), keys, refused, places)

    def _quickly(self, batch: Sequence[Mapping[str, Any]]) -> Columns:
        column = _Columns(batch, self._parser)
        games = set(column.given("game_type"))
        if len(games) != 1 or type(game := games.pop()) is not str:
            raise _Doubt
        sizes, bits = self._numbers(column.given("numbers"), game)
        highs = [b >> WORD or None for b in bits] if max(bits) > LOW_WORD else [None] * len(bits)
        return Columns(
            game,
            column.keys(),
            column.of("model_version", _TEXTS, lambda given: self._parser.version(given, game)),
            column.roles(),
            column.moments(game),
            column.draws(game),
            sizes,
            [b & LOW_WORD for b in bits] if any(highs) else bits,
            highs,
            column.quantities("confidence", 1, parse_confidence),
            column.quantities("latency", MAX_LATENCY_SECONDS, parse_latency),
            column.metadata(),
            column.filled(),
        )

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


class _Columns:
    """Takes columns out of a batch; raises doubt, or what parsing a value raises."""

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
            self._even = dict(zip(self._names, map(self._taken, self._names), strict=True))

    def _taken(self, name: str) -> list[Any]:
        return list(map(itemgetter(name), self._batch))

    def given(self, name: str) -> list[Any]:
        """A field's values as they came, None where it was left out."""
        if self._is_even:
            return self._even[name]
        return [raw.get(name) for raw in self._batch]

    def of(self, name: str, types: _Types, parse: Callable[[Any], Any]) -> list[Any]:
        """A field's values, each distinct one parsed once; other types raise doubt."""
        if name not in self._names:
            return [parse(None)] * len(self._batch)
        given = self.given(name)
        if not types >= set(map(type, given)):
            raise _Doubt
        known = {value: parse(value) for value in set(given)}
        if None in known:
            self._gaps.add(name)
        if len(known) == 1:
            return list(known.values()) * len(given)
        return list(map(known.__getitem__, given))

    def quantities(self, name: str, most: int, parse: Callable[[Any], Any]) -> list[Any]:
        """Numbers from 0 to `most` in millionths, as `parse` gives them."""
        if name not in self._names:
            return [None] * len(self._batch)
        given = self.given(name)
        # NaN spoils a sum, so a sum that is a number says that all of them are.
        if set(map(type, given)) == _FLOATS and 0 <= min(given) <= max(given) <= most:
            if isnan(sum(given)):
                raise _Doubt
            return [round(value * MILLION) for value in given]
        return self.of(name, _NUMBERS, parse)

    def keys(self) -> list[str]:
        """The callers' keys, or new ones."""
        if "idempotency_key" not in self._names:
            return self._parser.new_keys(len(self._batch))
        return list(map(self._parser.key, self.given("idempotency_key")))

    def moments(self, game: str) -> list[int]:
        """The moments; those left out are now, the same for the whole batch."""
        now = self._parser.now()
        types: _Types = {datetime, str, NoneType}
        moments = self.of("predicted_at", types, lambda given: parse_moment_of(given, now))
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
        return self.of("role", _TEXTS, lambda given: parse_role_of(given, version))

    def filled(self) -> list[int]:
        """The bits of what was not given; usually the same for all."""
        if "filled_in" in self._names or self._gaps & self._names & FILLABLE.keys():
            return list(map(filled_in, *map(self._given_or_not, (*FILLABLE, "filled_in"))))
        return [sum(FILLABLE[name] for name in FILLABLE.keys() - self._names)] * len(self._batch)

    def _given_or_not(self, name: str) -> list[Any]:
        return self.given(name) if name in self._names else [None] * len(self._batch)

    def metadata(self) -> list[str | None]:
        """The metadata as JSON; not hashable, so each is written."""
        if "metadata" not in self._names:
            return [None] * len(self._batch)
        return list(map(self._parser.metadata, self.given("metadata")))
