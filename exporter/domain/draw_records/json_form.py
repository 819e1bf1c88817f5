"""Draws in the official API's JSON form: one object, a list of them, or one a line.

Names that other public services use for the same fields are understood too.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from exporter.domain.draw_records.record import (
    DrawRecord,
    Entry,
    UnreadableDraw,
    draw_of,
    shown,
)
from exporter.domain.games import Game

_NUMBER = ("numero", "concurso")
_DAY = ("dataApuracao", "data")
_BALLS = ("listaDezenas", "dezenasSorteadasOrdemSorteio", "dezenas")
_PRIZES = ("listaRateioPremio", "premiacoes")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)


def read_json(lines: Iterable[tuple[int, str]], game: Game) -> Iterator[Entry]:
    """What reads the draws of numbered lines, each with the line it starts on."""
    starts, text = _joined(lines)
    for position, entry in _values(text):
        yield _line_at(starts, position), partial(_draw, entry, game)


def _joined(lines: Iterable[tuple[int, str]]) -> tuple[list[tuple[int, int]], str]:
    """Where each line starts in the whole text, and the text."""
    starts, parts, size = [], [], 0
    for at, line in lines:
        starts.append((size, at))
        parts.append(line if line.endswith("\n") else f"{line}\n")
        size += len(parts[-1])
    return starts, "".join(parts)


def _line_at(starts: Sequence[tuple[int, int]], position: int) -> int:
    holding = (at for (_, at), (end, _) in pairwise(starts) if end > position)
    return next(holding, starts[-1][1])


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Each value with its position; after an unreadable one, on from the next line with a {."""
    position = _next_value(text, 0)
    while position < len(text):
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, ArithmeticError, RecursionError) as error:
            end = text.find("\n{", position) + 1 or len(text)
            value = _unreadable(error, is_last=end == len(text))
        yield position, value
        position = _next_value(text, end)


def _next_value(text: str, position: int) -> int:
    while position < len(text) and (text[position].isspace() or text[position] in "[],"):
        position += 1
    return position


def _unreadable(error: Exception, *, is_last: bool) -> UnreadableDraw:
    reason = error.msg if isinstance(error, json.JSONDecodeError) else "no value of JSON"
    return UnreadableDraw(f"not JSON: {reason}{'; nothing after it was read' if is_last else ''}")


def _draw(entry: Any, game: Game) -> DrawRecord:
    if isinstance(entry, UnreadableDraw):
        raise entry
    if not isinstance(entry, dict):
        raise UnreadableDraw(f"{shown(entry)} is no object with {_NUMBER[0]}, {_DAY[0]} and so on")
    number, day, balls = (_value(entry, names) for names in (_NUMBER, _DAY, _BALLS))
    if not isinstance(balls, list):
        raise UnreadableDraw(f"{_BALLS[0]} must be a list of numbers, not {shown(balls)}")
    return draw_of(number, day, balls, _prizes(entry, game), game)


def _value(entry: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        if entry.get(name) is not None:
            return entry[name]
    raise UnreadableDraw(f"{names[0]} is missing")


def _prizes(entry: Mapping[str, Any], game: Game) -> dict[int, int]:
    """Cents by hits; tier 1 is the one with the most hits."""
    tiers = dict(enumerate(sorted(game.tiers, reverse=True), 1))
    listed: Any = next((entry[name] for name in _PRIZES if entry.get(name)), [])
    if not isinstance(listed, list) or not all(isinstance(share, dict) for share in listed):
        raise UnreadableDraw(f"{_PRIZES[0]} must be a list of objects, not {shown(listed)}")
    amounts = [(share.get("faixa"), share.get("valorPremio")) for share in listed]
    return {
        tiers[tier]: _cents(amount)
        for tier, amount in amounts
        if amount is not None and isinstance(tier, int) and tier in tiers
    }


def _cents(amount: object) -> int:
    if isinstance(amount, int | Decimal) and 0 <= amount < 10**13:
        return round(amount * 100)
    raise UnreadableDraw(f"valorPremio {shown(amount)} must be an amount such as 1234.56")
