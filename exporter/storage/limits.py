"""How long work in the database may take: said once at the edge, held wherever the work goes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import TypeVar

#: How long work waits for a lock where nobody waits for the work, in seconds.
LOCK_SECONDS = 30.0
#: How long somebody's call waits for one: what it brought goes to the spool, what it asks fails.
BRIEF_SECONDS = 0.5
Item = TypeVar("Item")


def _nobody_left() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` in all, of which until `ends` (monotonic) is left, and `lock` for each lock.

    `has_left`: whether whoever asked has gone. It is called from another thread.
    """

    seconds: float = inf
    ends: float = inf
    lock: float = LOCK_SECONDS
    has_left: Callable[[], bool] = _nobody_left

    def fault(self, now: float) -> str | None:
        """Why the work is to end now; None: it may go on."""
        if now >= self.ends:
            return "deadline"
        return "client_left" if self.has_left() else None

    def renewed(self) -> "Limits":
        """The same limits, from now on."""
        return replace(self, ends=monotonic() + self.seconds)


_CURRENT = ContextVar("limits", default=Limits())  # noqa: B039 - it never changes


def current() -> Limits:
    """The limits of this thread's work."""
    return _CURRENT.get()


@contextmanager
def limited(
    seconds: float = inf, lock: float = inf, has_left: Callable[[], bool] | None = None
) -> Iterator[None]:
    """For work within these limits; one that is tighter already stays."""
    outer, lock = current(), min(current().lock, lock)
    if monotonic() + seconds >= outer.ends:
        limits = replace(outer, lock=lock)
    else:
        limits = Limits(seconds, monotonic() + seconds, lock, outer.has_left)
    with _within(replace(limits, has_left=has_left) if has_left else limits):
        yield


@contextmanager
def unending() -> Iterator[None]:
    """For work that is begun by whoever comes first and must not be cut with that: a migration."""
    with _within(Limits(lock=current().lock)):
        yield


def renewing(items: Iterator[Item]) -> Iterator[Item]:
    """The same items; making each of them has the time that all had when this was called."""
    return _renewing(items, current())


def _renewing(items: Iterator[Item], limits: Limits) -> Iterator[Item]:
    end = object()
    while True:
        with _within(limits.renewed()):
            item = next(items, end)
        if item is end:
            return
        yield item  # type: ignore[misc]  # not the end


@contextmanager
def _within(limits: Limits) -> Iterator[None]:
    token = _CURRENT.set(limits)
    try:
        yield
    finally:
        _CURRENT.reset(token)
