"""How the threads of one process share an SQLite database."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock

#: How long a writer waits for another one before it gives up, in seconds.
LOCK_TIMEOUT = 30
#: How long a fork waits for the threads that use the database, in seconds.
FORK_TIMEOUT = 5


class Turns:
    """One thread writes at a time, and none uses the database while the process forks.

    Without the first, SQLite would have writers poll, up to 0.1 s a time. Without the second, a
    child could inherit a lock inside of SQLite that nobody gives back.
    """

    def __init__(self) -> None:
        self._writer = Lock()
        self._users = 0
        self._changed = Condition()

    @contextmanager
    def using(self) -> Iterator[None]:
        """For as long as the database is used; waits while the process forks."""
        with self._changed:
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The same for the one that writes."""
        held = self._writer.acquire(timeout=LOCK_TIMEOUT)  # later SQLite says that it is locked
        try:
            with self.using():
                yield
        finally:
            if held:
                self._writer.release()

    @contextmanager
    def forking(self) -> Iterator[None]:
        """For as long as the process forks; waits until nobody uses the database."""
        with self._changed:
            self._changed.wait_for(lambda: not self._users, FORK_TIMEOUT)
            yield
