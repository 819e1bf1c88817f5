"""What a spool takes of the disk: never more than its limit, and next to nothing when idle."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exporter.recording.spool import Spool
from exporter.recording.spool_file import SpoolFull
from exporter.recording.spool_room import cost
from tests.servers.disk import mounted
from tests.servers.process import PROJECT

LIMIT = 1_500_000
LARGE = 20_000
#: What an idle spool may take: its tables, and a log that is not worth a look.
IDLE = 600_000
DISK = 24 * 2**20
WRITING = """
import sys
from contextlib import suppress
from pathlib import Path
from exporter.recording.spool import Spool
from exporter.recording.spool_file import SpoolFull
spool, accepted = Spool(Path(sys.argv[1]), int(sys.argv[2])), 0
for at in range(250):
    with suppress(SpoolFull):
        spool.append(at, bytes(4000), f"{sys.argv[3]}-{at}")
        accepted += 1
    if at % 50 == 49:
        spool.settle()
spool.close()
print(accepted)
"""


def on_disk(path: Path) -> int:
    """Bytes of the file and its log."""
    sizes = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):
            sizes.append(file.stat().st_size)
    return sum(sizes)


def remove_oldest(spool: Spool, count: int) -> int:
    batch = [number for number, _ in spool.oldest(count).records]
    spool.remove(batch)
    return len(batch)


def empty(spool: Spool) -> int:
    """Delivers everything, as the thread of an intake does; how many there were."""
    delivered = 0
    while taken := remove_oldest(spool, 1000):
        delivered += taken
        spool.settle()
    return delivered


def fill(spool: Spool, size: int = 4000) -> int:
    """Appends until there is no room; how many were accepted."""
    for count in range(100_000):
        try:
            spool.append(count, bytes(size))
        except SpoolFull:
            return count
    raise AssertionError("never full")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


class TwoSpools(RuleBasedStateMachine):
    """Two that share a file, and a reader who keeps the log from being cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "spool.db"
        self.spools = [Spool(self.path, 2 * LIMIT) for _ in range(2)]
        self.reader = sqlite3.connect(self.path, isolation_level=None)
        self.accepted = self.delivered = 0

    @rule(which=st.integers(0, 1), size=st.integers(0, 150_000), times=st.integers(1, 40))
    def append(self, which: int, size: int, times: int) -> None:
        with suppress(SpoolFull):
            for _ in range(times):
                self.spools[which].append(1, bytes(size), f"key-{self.accepted}")
                self.accepted += 1

    @rule(which=st.integers(0, 1), sizes=st.lists(st.integers(0, 20_000), max_size=100))
    def extend(self, which: int, sizes: list[int]) -> None:
        with suppress(SpoolFull):
            self.spools[which].extend((1, None, bytes(size)) for size in sizes)
            self.accepted += len(sizes)

    @rule(which=st.integers(0, 1), count=st.integers(1, 200))
    def remove(self, which: int, count: int) -> None:
        self.delivered += remove_oldest(self.spools[which], count)

    @rule(which=st.integers(0, 1))
    def settle(self, which: int) -> None:
        self.spools[which].settle()

    @rule()
    def read(self) -> None:
        if self.reader.in_transaction:
            self.reader.execute("COMMIT")
        else:
            self.reader.execute("BEGIN")
            self.reader.execute("SELECT COUNT(*) FROM records").fetchone()

    @invariant()
    def it_is_within_its_limit(self) -> None:
        assert on_disk(self.path) == self.spools[0].state().size <= 2 * LIMIT

    def teardown(self) -> None:
        self.reader.close()
        try:
            self.delivered += empty(self.spools[0])
            assert self.delivered == self.accepted
            for _ in range(2):
                self.spools[1].settle()
            assert on_disk(self.path) <= IDLE
            with closing(sqlite3.connect(self.path)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        finally:
            for spool in self.spools:
                spool.close()
            shutil.rmtree(self.folder)


TwoSpools.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
test_two_that_share_a_file_stay_within_its_limit = TwoSpools.TestCase


def test_processes_that_share_a_file_stay_within_its_limit(path: Path) -> None:
    """But for what each of the others writes at the very same moment."""
    slack = 2 * cost([4000], keys=1)
    with closing(Spool(path, LIMIT)) as spool:
        command = [sys.executable, "-c", WRITING, str(path), str(LIMIT)]
        environment = os.environ | {"PYTHONPATH": str(PROJECT)}
        others = [
            subprocess.Popen([*command, name], env=environment, stdout=subprocess.PIPE, text=True)
            for name in ("a", "b")
        ]
        most = delivered = 0
        while any(other.poll() is None for other in others):
            delivered += remove_oldest(spool, 20) if most > LIMIT // 2 else 0
            most = max(most, spool.state().size)
        accepted = [int(other.communicate()[0]) for other in others]
        assert [other.returncode for other in others] == [0, 0]
        assert LIMIT // 2 < most <= LIMIT + slack
        assert delivered + empty(spool) == sum(accepted)


def test_a_full_spool_uses_most_of_what_it_may(path: Path) -> None:
    """An alert at nine tenths comes before the first refusal."""
    with closing(Spool(path, 10_000_000)) as spool:
        fill(spool)
        assert spool.state().size > 0.9 * 10_000_000


def test_an_idle_spool_gives_the_disk_back_what_it_took(path: Path) -> None:
    with closing(Spool(path, 100_000_000)) as spool:
        for _ in range(20):
            spool.extend((1, None, bytes(4000)) for _ in range(250))
        assert spool.state().size > 20_000_000
        empty(spool)
        spool.settle()
        assert spool.state().size <= IDLE
        assert sum(file.stat().st_size for file in path.parent.iterdir()) <= 2 * IDLE


def test_what_cannot_be_delivered_keeps_no_more_than_its_own(path: Path) -> None:
    """Records that the database refuses stay; the room of the others is free again."""
    with closing(Spool(path, 100_000_000)) as spool:
        spool.extend((1, None, bytes(4000)) for _ in range(5000))
        spool.remove([number for number, _ in spool.oldest(5000).records][:-50])
        while spool.state().records > 50:
            remove_oldest(spool, 1000)
        for _ in range(10):
            spool.settle()
        assert spool.state().size <= 50 * 4096 + IDLE


def test_a_reader_who_stays_costs_nothing_but_room(path: Path) -> None:
    with closing(Spool(path, LIMIT)) as spool, closing(sqlite3.connect(path)) as other:
        spool.append(1, b"x")
        other.execute("BEGIN")
        other.execute("SELECT * FROM records").fetchone()
        accepted = fill(spool) + 1
        assert spool.state().size <= LIMIT
        other.rollback()
        accepted += fill(spool)
        assert empty(spool) == accepted


def test_a_file_of_an_earlier_version_uses_again_what_it_cannot_give_back(path: Path) -> None:
    with closing(Spool(path, LIMIT)) as spool:
        spool.file.db.executescript("PRAGMA auto_vacuum=NONE; VACUUM")
        accepted = fill(spool, LARGE)
    with closing(Spool(path, LIMIT)) as spool:
        for _ in range(2):
            assert empty(spool) == accepted
            assert fill(spool, LARGE) == accepted


def test_a_file_of_an_earlier_version_learns_to_shrink_once_nothing_waits(path: Path) -> None:
    with closing(Spool(path, LIMIT)) as spool:
        spool.file.db.executescript("PRAGMA auto_vacuum=NONE; VACUUM")
        fill(spool, LARGE)
        empty(spool)
        assert spool.state().size > IDLE
        with closing(Spool(path, LIMIT)) as other:
            fill(spool, LARGE)
            empty(other)
            other.settle()
            assert other.state().size <= IDLE
        assert spool.file.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", f"size={DISK},mode=777") as folder:
        yield folder


@pytest.mark.parametrize(
    ("limit", "reason"),
    [(10_000_000, r"SPOOL_MAX_SIZE 10 MB"), (1_000_000_000, r"its disk has \d\.\d MB left")],
)
def test_a_disk_that_is_full_costs_no_record(small_disk: Path, limit: int, reason: str) -> None:
    with closing(Spool(small_disk / "spool.db", limit)) as spool:
        accepted = fill(spool, 1900)
        with pytest.raises(SpoolFull, match=rf"^spool {spool.path} is full \({reason}\)$"):
            spool.append(1, bytes(1900))
        assert accepted * 1900 > 0.5 * min(limit, DISK)
        delivered = remove_oldest(spool, 1000)
        spool.settle()
        accepted += fill(spool, 1900)
        assert delivered + empty(spool) == accepted
        spool.settle()
        assert shutil.disk_usage(small_disk).used <= 2 * IDLE


def test_a_disk_that_others_fill_up_costs_no_record(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with closing(Spool(small_disk / "spool.db", 1_000_000_000)) as spool:
        spool.extend((1, None, bytes(1900)) for _ in range(1000))
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        accepted = 1000 + fill(spool, 1900)
        with pytest.raises(SpoolFull, match=r"is full \(its disk has"):
            spool.append(1, b"x")
        ballast.unlink()
        spool.append(1, b"again")
        assert empty(spool) == accepted + 1
