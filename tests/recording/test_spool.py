"""The spool keeps what it accepted, in order, and says so when it cannot."""

import re
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from exporter.recording.spool import MOST_BYTES, KeyIsWaiting, Spool, SpoolState
from exporter.recording.spool_file import SpoolFull, SpoolUnusable

SMALL = 400_000


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "data" / "spool.db", 10_000_000)
    yield made
    made.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "small.db", SMALL)
    yield made
    made.close()


def bodies(spool: Spool) -> list[bytes]:
    return [body for _, body in spool.oldest(10_000).records]


def fill(spool: Spool) -> int:
    """Appends until there is no room; how many were accepted."""
    for count in range(10_000):
        try:
            spool.append(count, b"x" * 1000)
        except SpoolFull:
            return count
    raise AssertionError("never full")


def test_records_wait_in_order_until_they_are_removed(spool: Spool) -> None:
    for at in (5, 6, 7):
        spool.append(at, bytes([at]))
    assert spool.state().records == 3
    assert spool.state().oldest == 5
    first, *_ = spool.oldest(1).records
    spool.remove([first[0]])
    assert bodies(spool) == [b"\x06", b"\x07"]
    spool.remove([number for number, _ in spool.oldest(10).records])
    assert spool.state() == SpoolState(0, 0, spool.state().size)


def test_records_with_gaps_between_them_can_be_removed(spool: Spool) -> None:
    spool.extend((at, None, bytes([at])) for at in range(5))
    numbers = [number for number, _ in spool.oldest(5).records]
    spool.remove([numbers[0], numbers[2], numbers[4]])
    assert bodies(spool) == [b"\x01", b"\x03"]


def test_what_was_appended_outlives_its_writer(tmp_path: Path) -> None:
    first = Spool(tmp_path / "spool.db", SMALL)
    first.append(1, b"a")
    second = Spool(tmp_path / "spool.db", SMALL)
    assert bodies(second) == [b"a"]
    first.close()
    second.close()


def test_a_callers_key_waits_once(spool: Spool) -> None:
    spool.append(1, b"a", "key")
    with pytest.raises(KeyIsWaiting):
        spool.append(2, b"b", "key")
    assert spool.find("key") == b"a"
    assert spool.find("other") is None


def test_a_full_spool_says_so_and_keeps_what_it_has(small: Spool) -> None:
    accepted = fill(small)
    assert accepted > 100
    with pytest.raises(SpoolFull, match=r"is full \(SPOOL_MAX_SIZE 0.4 MB\)"):
        small.append(1, b"x" * 1000)
    with pytest.raises(SpoolFull):
        small.extend((1, None, b"y" * 1000) for _ in range(10))
    assert len(bodies(small)) == accepted
    small.remove([number for number, _ in small.oldest(50).records])
    small.append(1, b"z" * 1000)
    assert bodies(small)[-1][:1] == b"z"


def test_all_or_none_of_many_are_kept(spool: Spool) -> None:
    def broken() -> Iterator[tuple[int, str | None, bytes]]:
        yield 1, None, b"a"
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        spool.extend(broken())
    spool.append(2, b"b")
    assert bodies(spool) == [b"b"]
    other = Spool(spool.path, spool.max_bytes)
    assert bodies(other) == [b"b"]  # committed: nothing was left open
    other.close()


class FullAtCommit:
    """A connection whose disk is full when it commits, as often as it is told."""

    def __init__(self, real: sqlite3.Connection, failures: int) -> None:
        self._real = real
        self._left = failures

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and self._left:
            self._left -= 1
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self._real.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def write_with(spool: Spool, connection: object) -> None:
    opened = spool.file.open()
    spool.file.connections = opened._replace(db=cast(sqlite3.Connection, connection))


def test_a_commit_that_fails_leaves_nothing_open(spool: Spool) -> None:
    write_with(spool, FullAtCommit(spool.file.db, 1))
    with pytest.raises(SpoolFull):
        spool.extend([(1, None, b"a")])
    spool.append(2, b"b")
    assert bodies(spool) == [b"b"]  # read by another connection: it is committed


def test_threads_lose_nothing(spool: Spool) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: spool.append(n, str(n).encode()), range(400)))
    assert sorted(map(int, bodies(spool))) == list(range(400))


def test_only_the_owner_may_read_it(spool: Spool) -> None:
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600


def test_a_locked_file_is_told_by_its_name(spool: Spool) -> None:
    spool.append(1, b"x")
    write_with(spool, Broken())
    line = f"spool {spool.path} cannot be used: database is locked"
    with pytest.raises(SpoolUnusable, match=re.escape(line)):
        spool.remove([1])


class Broken:
    """A connection that cannot write."""

    def execute(self, *_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    def close(self) -> None:
        pass


def test_what_comes_and_goes_in_batches_is_carried_over_into_the_file(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.recording.spool_log._SETTLE_EVERY", 50)
    spool.extend((at, None, b"x") for at in range(100))
    spool.settle()
    assert carried_over(spool.path) == 0, "too few to be worth it"
    spool.extend((at, None, b"x") for at in range(300))
    spool.settle()
    assert carried_over(spool.path) == 400
    spool.remove([number for number, _ in spool.oldest(396).records])
    spool.settle()
    assert carried_over(spool.path) == 4


def carried_over(path: Path) -> int:
    """The records in the file without its log."""
    alone = path.with_name("alone.db")
    alone.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(alone)) as copy:
        if not copy.execute("SELECT * FROM sqlite_master WHERE name = 'records'").fetchone():
            return 0
        count: int = copy.execute("SELECT COUNT(*) FROM records").fetchone()[0]
        return count


def test_large_records_are_handed_out_a_few_at_a_time(tmp_path: Path) -> None:
    """SQLite has no text for all of them: they could never be delivered."""
    large = 3_000_000
    with closing(Spool(tmp_path / "large.db", 100_000_000)) as spool:
        sizes = [1, large, large, large, 3 * large, 1]
        spool.extend((1, None, bytes(size)) for size in sizes)
        taken: list[int] = []
        while spool.state().records:
            batch, more = spool.oldest(1000)
            assert more == (len(taken) + len(batch) < len(sizes))
            assert len(batch) == 1 or sum(len(body) for _, body in batch) <= MOST_BYTES
            taken += [len(body) for _, body in batch]
            spool.remove([number for number, _ in batch])
    assert taken == sizes
