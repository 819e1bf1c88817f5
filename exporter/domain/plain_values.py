"""Values as libraries of arrays and tables give them, as Python's own; none of them is imported.

They are known by what they can do: `tolist` turns an array, a column and a scalar of one into
Python's, `__index__` tells a whole number, `__float__` a real one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import index
from typing import Any, SupportsFloat

_TEXT = (str, bytes, bytearray, memoryview)
#: Kinds of numpy's moments and spans, which its `tolist` turns into bare nanoseconds.
_TIMES = ("M", "m")


def plain(value: Any) -> Any:
    """Python's own value; what no library of arrays made, as it is. A moment of one as ISO text."""
    if getattr(getattr(value, "dtype", None), "kind", None) in _TIMES:
        return str(value)
    return value.tolist() if hasattr(value, "tolist") else value


def whole(value: object) -> int | None:
    """The integer that a value is; None for a truth value, a float (1.0 too) and anything else."""
    if isinstance(plain(value), bool):
        return None
    try:
        return index(value)  # type: ignore[arg-type]  # whatever it is
    except TypeError:
        return None


def real(value: object) -> float | None:
    """The number that a value is, as int or float; None for a truth value, text and the rest."""
    number = plain(value)
    if type(number) is int or type(number) is float:
        return number
    if isinstance(number, bool) or not isinstance(number, SupportsFloat):
        return None
    try:
        return float(number)
    except (TypeError, ValueError, OverflowError):
        return None


def plain_text(value: str) -> str:
    """A str, of whatever class derived from it."""
    return str.__str__(value)


def plain_moment(value: datetime) -> datetime:
    """A datetime, of whatever class derived from it; what is below a microsecond is left out."""
    return datetime.combine(value.date(), value.timetz())


def json_value(value: Any) -> Any:
    """What a library gave, as a value that JSON can say; raises TypeError."""
    if isinstance(value, datetime):
        return plain_moment(value)
    if isinstance(value, str):
        return plain_text(value)
    own = plain(value)
    if type(own) is not type(value):
        return own
    integer = whole(value)
    number = real(value) if integer is None else integer
    if number is None:
        raise TypeError(f"nothing in JSON is like {type(value).__name__}")
    return number


def members(value: Any, most: int) -> Sequence[Any] | None:
    """What a collection in one dimension holds; None for text, mappings, tables and generators.

    A generator would be used up by reading it: the same call again would find nothing in it.
    Of a long one that need not stand in memory, such as a range, `most` and one more are taken.
    """
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, Collection) or isinstance(value, (*_TEXT, Mapping)):
        return None
    if getattr(value, "ndim", 1) != 1:
        return None
    row = plain(value)
    return row if isinstance(row, list) else list(islice(row, most + 1))
