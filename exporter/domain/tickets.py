"""Tickets and draws as sets of numbers in one integer: bit k stands for number first + k."""

from collections.abc import Sequence

from exporter.domain.games import Game

#: Bits of a set that one column of a signed 64-bit integer holds; the rest stands in another.
WORD = 63
LOW_WORD = (1 << WORD) - 1


class InvalidNumbers(ValueError):
    """Numbers that break their game's rules; the message names the numbers and the rule."""


def encode(numbers: object, game: Game, *, sizes: range) -> int:
    """The bit set of `numbers`, a list or tuple of distinct integers of the game's pool.

    `sizes` says how many there may be. Raises InvalidNumbers that names what is wrong.
    """
    if not isinstance(numbers, list | tuple):
        raise InvalidNumbers(f"numbers: must be a list of integers, not {type(numbers).__name__}")
    chosen = _integers(numbers)
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


def _integers(numbers: Sequence[object]) -> list[int]:
    wrong = [n for n in numbers if type(n) is not int]
    if wrong:
        raise InvalidNumbers(f"numbers: {wrong[0]!r} is not an integer")
    return [n for n in numbers if type(n) is int]


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _range(game: Game) -> str:
    return f"{game.first} to {game.first + game.pool - 1}"


def _count(sizes: range) -> str:
    return str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
