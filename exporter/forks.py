"""What a forked child must not share with its parent: held still meanwhile, made anew in the child.

A fork copies locks as they are at that moment, and connections that the parent goes on using.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

Owner = TypeVar("Owner")
Still = Callable[[Any], AbstractContextManager[object]]


class _Forks:
    """Everything of this process that has a say in forks, as long as it lives."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owners: WeakKeyDictionary[Any, tuple[Still, Callable[[Any], None]]]
        self._owners = WeakKeyDictionary()
        self._held = ExitStack()
        self._is_registered = False

    def add(self, owner: Any, still: Still, in_child: Callable[[Any], None]) -> None:
        with self._lock:
            self._owners[owner] = still, in_child
            if not self._is_registered:
                os.register_at_fork(
                    before=self._before, after_in_parent=self._after, after_in_child=self._renew
                )
                self._is_registered = True

    def _before(self) -> None:
        self._lock.acquire()
        for owner, (still, _) in list(self._owners.items()):
            self._held.enter_context(still(owner))

    def _after(self) -> None:
        self._held.close()
        self._lock.release()

    def _renew(self) -> None:
        self._lock, held, self._held = Lock(), self._held, ExitStack()
        for owner, (_, in_child) in list(self._owners.items()):
            in_child(owner)
        held.close()  # what the child's copies of the parent's locks stood for is no more


_FORKS = _Forks()


def on_fork(
    owner: Owner,
    in_child: Callable[[Owner], None],
    still: Callable[[Owner], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Has `in_child(owner)` run in every forked child, before anything else there.

    `still(owner)` is entered before a fork and left after it: nobody is in the midst of something
    then. Functions of the class, not bound methods: the owner must be able to go.
    """
    _FORKS.add(owner, still, in_child)
