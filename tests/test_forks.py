"""Who has a say in forks: held still before, made anew in the child, left alone in the parent."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import ref

from exporter.forks import on_fork
from tests.forks import in_child


class Owner:
    """Holds a lock while the process forks; a child has one of its own."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.renewed = 0
        on_fork(self, Owner.renew, Owner.still)

    def renew(self) -> None:
        self.lock = Lock()
        self.renewed += 1

    @contextmanager
    def still(self) -> Iterator[None]:
        with self.lock:
            yield


def test_a_child_has_its_own_and_the_parent_keeps_what_it_had() -> None:
    owner = Owner()
    before = owner.lock
    assert in_child(lambda: owner.renewed == 1 and owner.lock is not before)
    assert (owner.renewed, owner.lock, before.locked()) == (0, before, False)


def test_a_childs_child_has_its_own_again() -> None:
    owner = Owner()
    assert in_child(lambda: in_child(lambda: owner.renewed == 2))


def test_nobody_is_in_the_midst_of_something_at_a_fork() -> None:
    owner = Owner()
    seen: list[bool] = []

    @contextmanager
    def watching(other: Owner) -> Iterator[None]:
        seen.append(other.lock.locked())
        yield

    late = Owner()
    on_fork(late, Owner.renew, lambda _: watching(owner))
    assert in_child(lambda: not owner.lock.locked())
    assert seen == [True]


def test_who_is_gone_has_no_say() -> None:
    owner = Owner()
    gone = ref(owner)
    del owner
    gc.collect()
    assert gone() is None
    assert in_child(lambda: True)
