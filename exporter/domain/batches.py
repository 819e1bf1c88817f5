"""Batches of predictions, column by column: the same checks as for one, at a fraction of the cost.

A batch that is right in every item, as almost all are, is checked with a few passes over
whole columns. Whatever raises the least doubt is parsed item by item instead, which says
what is wrong; the two can never disagree about what is accepted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from itertools import chain
from types import NoneType
from typing import Any, NamedTuple

from exporter.domain.predictions import (
    FIELDS,
    InvalidPrediction,
    Prediction,
    PredictionParser,
    parse_confidence,
    parse_draw_number,
    parse_latency,
    parse_moment_of,
    parse_role,
)

_LOW_BITS = (1 << 63) - 1
_Types = Set[type]
_NUMBERS: _Types = {float, int, NoneType}
_TEXTS: _Types = {str, NoneType}
_WHOLE: _Types = {int, NoneType}
_SEQUENCES = {list, tuple}
_INTEGERS = {int}


class Columns(NamedTuple):
    """Checked predictions of one game, a list for each field, all of the same length.

    The fields are those of Prediction.
    """

    game: str
    keys: Sequence[str]
    versions: Sequence[str]
    roles: Sequence[str]
    moments: Sequence[int]
    draws: Sequence[int | None]
    sizes: Sequence[int]
    numbers: Sequence[int]
    highs: Sequence[int | None]
    confidences: Sequence[int | None]
    latencies: Sequence[int | None]
    metadata: Sequence[str | None]


class Parsed(NamedTuple):
    """A batch: columns for each game, each item's key (None: refused), and what was refused."""

    columns: Sequence[Columns]
    keys: Sequence[str | None]
    refused: Mapping[int, InvalidPrediction]


class _Doubt(Exception):  # noqa: N818 - not an error: the slow way will tell
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
        except (_Doubt, InvalidPrediction, LookupError, TypeError, AttributeError):
            return self._slowly(batch)
        return Parsed([columns], columns.keys, {})

    def _slowly(self, batch: Sequence[Mapping[str, Any]]) -> Parsed:
        refused: dict[int, InvalidPrediction] = {}
        predictions: list[Prediction] = []
        keys: list[str | None] = []
        for index, raw in enumerate(batch):
            try:
                prediction = self._parser.parse(raw)
            except InvalidPrediction as error:
                refused[index] = error
                keys.append(None)
            else:
                predictions.append(prediction)
                keys.append(prediction.key)
        return Parsed(by_game(predictions), keys, refused)

    def _quickly(self, batch: Sequence[Mapping[str, Any]]) -> Columns:
        names = set[str]().union(*batch)
        games = {raw["game_type"] for raw in batch}
        if len(games) != 1 or not names <= FIELDS:
            raise _Doubt
        (game,) = games
        sizes, bits = self._numbers([raw["numbers"] for raw in batch], game)
        highs = [high or None for high in (b >> 63 for b in bits)]
        column = _Columns(batch, names, self._parser)
        return Columns(
            game,
            column.keys(),
            column.of("model_version", _TEXTS, lambda given: self._parser.version(given, game)),
            column.of("role", _TEXTS, parse_role),
            column.moments(),
            column.of("draw_number", _WHOLE, parse_draw_number),
            sizes,
            [b & _LOW_BITS for b in bits] if any(highs) else bits,
            highs,
            column.of("confidence", _NUMBERS, parse_confidence),
            column.of("latency", _NUMBERS, parse_latency),
            column.metadata(),
        )

    def _numbers(self, tickets: list[Any], game: str) -> tuple[list[int], list[int]]:
        bit, sizes = self._parser.bits[game].__getitem__, list(map(len, tickets))
        bits = [sum(map(bit, ticket)) for ticket in tickets]
        # A sum of powers of two keeps one bit for each only when they are distinct.
        if (
            list(map(int.bit_count, bits)) != sizes
            or not self._parser.sizes[game].issuperset(sizes)
            or not _SEQUENCES.issuperset(map(type, tickets))
            or set(map(type, chain.from_iterable(tickets))) != _INTEGERS
        ):
            raise _Doubt
        return sizes, bits


class _Columns:
    """Takes columns out of a batch; each distinct value is parsed once."""

    def __init__(
        self, batch: Sequence[Mapping[str, Any]], names: set[str], parser: PredictionParser
    ) -> None:
        self._batch = batch
        self._names = names
        self._parser = parser

    def of(self, name: str, types: _Types, parse: Callable[[Any], Any]) -> list[Any]:
        """A field's values, parsed; a type that is not among `types` raises doubt."""
        if name not in self._names:
            return [parse(None)] * len(self._batch)
        given = [raw.get(name) for raw in self._batch]
        if not types >= set(map(type, given)):
            raise _Doubt
        known = {value: parse(value) for value in set(given)}
        return list(map(known.__getitem__, given))

    def keys(self) -> list[str]:
        """The callers' keys, or new ones."""
        if "idempotency_key" not in self._names:
            return self._parser.new_keys(len(self._batch))
        return [self._parser.key(raw.get("idempotency_key")) for raw in self._batch]

    def moments(self) -> list[int]:
        """The moments; those left out are now, the same for the whole batch."""
        now = self._parser.now()
        types: _Types = {datetime, str, NoneType}
        return self.of("predicted_at", types, lambda given: parse_moment_of(given, now))

    def metadata(self) -> list[str | None]:
        """The metadata as JSON; not hashable, so each is written."""
        if "metadata" not in self._names:
            return [None] * len(self._batch)
        return [self._parser.metadata(raw.get("metadata")) for raw in self._batch]
