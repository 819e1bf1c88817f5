"""How the threads of one process share an SQLite database."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock, get_ident
from time import monotonic

from sqlalchemy.exc import TimeoutError as PoolTimeout

#: How long a fork waits for the threads that use the database, in seconds.
FORK_TIMEOUT = 5
#: Between two looks at whether who waits for a turn may go on waiting, in seconds.
_LOOK_SECONDS = 0.2


class OutOfTime(PoolTimeout):
    """The time for this is over: nothing more was begun in the database."""


def _nothing() -> None:
    """Who waits may wait."""


class Turns:
    """One thread writes at a time, and none uses the database while the process forks.

    Without the first, SQLite would have writers poll, up to 0.1 s a time. Without the second, a
    child could inherit a lock inside of SQLite that nobody gives back.
    """

    def __init__(self) -> None:
        self._writer = Lock()
        self._steps = 0  # of writers: a turn that nobody takes a step in is stuck
        self._users = Counter[int]()  # how often each thread is inside
        self._is_forking = False
        self._changed = Condition()

    @contextmanager
    def using(self) -> Iterator[None]:
        """For as long as the database is used; waits while the process forks, or is about to.

        Not a thread that is inside: the fork waits for it.
        """
        me = get_ident()
        with self._changed:
            self._changed.wait_for(lambda: not self._is_forking or me in self._users)
            self._users[me] += 1
        try:
            yield
        finally:
            self._leave(me)

    def _leave(self, thread: int) -> None:
        with self._changed:
            self._users[thread] -= 1
            if not self._users[thread]:
                del self._users[thread]
            self._changed.notify_all()

    @contextmanager
    def writing(self, seconds: float, check: Callable[[], None] = _nothing) -> Iterator[None]:
        """The same for the one that writes.

        Raises OutOfTime when for so many seconds no writer began or ended, and while it waits
        what `check` raises.
        """
        # Inside first: who waited for the fork with the turn would hold up those that it waits for.
        with self.using():
            self._wait_for_turn(seconds, check)
            try:
                yield
            finally:
                self._steps += 1
                self._writer.release()

    def _wait_for_turn(self, seconds: float, check: Callable[[], None]) -> None:
        seen, until = self._steps, monotonic() + seconds
        while not self._writer.acquire(timeout=max(0, min(until - monotonic(), _LOOK_SECONDS))):
            check()
            if seen != self._steps:
                seen, until = self._steps, monotonic() + seconds
            elif monotonic() >= until:
                raise OutOfTime(f"another thread has been writing for {seconds:g} s")

    def has_begun(self) -> None:
        """Says that whoever has the turn has the database's lock too."""
        self._steps += 1

    @contextmanager
    def forking(self) -> Iterator[None]:
        """For as long as the process forks; waits until nobody uses the database."""
        with self._changed:  # held by the fork itself: the child gets it whole
            self._is_forking = True
            try:
                self._changed.wait_for(lambda: not self._users, FORK_TIMEOUT)
                yield
            finally:
                self._is_forking = False
                self._changed.notify_all()
