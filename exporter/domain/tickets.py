"""Tickets and draws as sets of numbers in one integer: bit k stands for number first + k."""

from collections.abc import Sequence
from typing import Any

from exporter.domain.games import Game
from exporter.domain.plain_values import members, plain, whole

#: Bits of a set that one column of a signed 64-bit integer holds; the rest stands in another.
WORD = 63
LOW_WORD = (1 << WORD) - 1


class InvalidNumbers(ValueError):
    """Numbers that break their game's rules; the message names the numbers and the rule."""


def encode(numbers: object, game: Game, *, sizes: range) -> int:
    """The bit set of `numbers`, a collection of distinct integers of the game's pool.

    Lists, tuples, sets, ranges, arrays in one dimension: their order never matters. `sizes` says
    how many there may be. Raises InvalidNumbers that names what is wrong.
    """
    chosen = _integers(_row(numbers, game, sizes))
    if len(set(chosen)) != len(chosen):
        repeated = sorted({n for n in chosen if chosen.count(n) > 1})
        raise InvalidNumbers(f"numbers: {_listed(repeated)} given more than once")
    outside = [n for n in chosen if n not in game.numbers]
    if outside:
        raise InvalidNumbers(f"numbers: {_listed(outside)} outside {_range(game)} of {game.name}")
    if len(chosen) not in sizes:
        raise InvalidNumbers(f"numbers: {len(chosen)} given, {game.name} takes {_count(sizes)}")
    return sum(1 << (number - game.first) for number in chosen)


def encode_ticket(numbers: object, game: Game) -> int:
    """The bit set of a ticket's numbers; raises InvalidNumbers."""
    return encode(numbers, game, sizes=game.sizes)


def encode_draw(numbers: object, game: Game) -> int:
    """The bit set of a draw's numbers; raises InvalidNumbers."""
    return encode(numbers, game, sizes=range(game.drawn, game.drawn + 1))


def decode(bits: int, game: Game) -> list[int]:
    """The numbers of a bit set, ascending."""
    return [game.first + k for k in range(game.pool) if bits >> k & 1]


def split(bits: int) -> tuple[int, int | None]:
    """A bit set as two columns hold it: its low word, and the rest or None."""
    return bits & LOW_WORD, bits >> WORD or None


def joined(low: int, high: int | None) -> int:
    """The bit set that two columns hold."""
    return low | (high or 0) << WORD


def hits(ticket: int, draw: int) -> int:
    """How many numbers of a ticket were drawn (both as bit sets)."""
    return (ticket & draw).bit_count()


def _row(numbers: Any, game: Game, sizes: range) -> Sequence[object]:
    row = members(numbers, game.pool)
    if row is None:
        raise InvalidNumbers(f"numbers: must be a list of integers, not {_kind(numbers)}")
    if len(row) > game.pool:  # before each is looked at: there may be millions
        reason = f"more than {game.pool} given, {game.name} takes {_count(sizes)}"
        raise InvalidNumbers(f"numbers: {reason}")
    return row


def _kind(value: object) -> str:
    name, dimensions = type(value).__name__, getattr(value, "ndim", 1)
    return name if dimensions == 1 else f"{name} of {dimensions} dimensions"


def _integers(numbers: Sequence[object]) -> list[int]:
    chosen = []
    for number in numbers:
        integer = whole(number)
        if integer is None:
            raise InvalidNumbers(f"numbers: {plain(number)!r} is not an integer")
        chosen.append(integer)
    return chosen


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _range(game: Game) -> str:
    return f"{game.first} to {game.first + game.pool - 1}"


def _count(sizes: range) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
