"""What models return, for tests: real arrays of numpy, and stand-ins for pandas' types."""

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np


class Series:
    """A column as pandas has it: its items are numpy's, `tolist` gives Python's."""

    ndim = 1

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = np.array(values)
        self.dtype = self._values.dtype

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __contains__(self, label: object) -> bool:
        return label in range(len(self))  # pandas looks among the labels

    def __getitem__(self, label: int) -> Any:
        raise KeyError(label)  # labels, not places

    def tolist(self) -> list[Any]:
        return list(self._values.tolist())


class Frame:
    """A table as pandas has it: to go through it gives the names of its columns."""

    ndim = 2

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, 16))

    def __contains__(self, name: object) -> bool:
        return name in range(1, 16)


class Timestamp(datetime):
    """A moment as pandas has it: with nanoseconds, and `astimezone` that wants a zone."""

    nanosecond = 999

    def astimezone(self, tz: Any) -> Any:  # type: ignore[override]
        if self.tzinfo is None:
            raise TypeError("Cannot convert tz-naive Timestamp, use tz_localize to localize")
        return super().astimezone(tz)


INTEGERS: tuple[Callable[[int], Any], ...] = (int, np.int64, np.uint8, np.int16)
COLLECTIONS: tuple[Callable[[Sequence[Any]], Any], ...] = (
    list,
    tuple,
    set,
    frozenset,
    deque,
    lambda row: dict.fromkeys(row).keys(),
    np.array,
    Series,
)
#: These hold plain integers, whatever they are made of.
PACKED: tuple[Callable[[Sequence[int]], Any], ...] = (
    lambda row: np.array(row, dtype=np.uint8),
    lambda row: np.array(row, dtype=object),
    lambda row: array("i", row),
    lambda row: np.array([row, row]).T[:, 0],
)
SHARES: tuple[Callable[[float], Any], ...] = (float, np.float64, np.float32, np.array)
