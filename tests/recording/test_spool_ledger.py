"""What leaves the spool without having been delivered is counted, whoever took it, and for good."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from exporter.recording.spool import KeyIsWaiting, Spool
from tests.servers.process import PROJECT

LIMIT = 10_000_000
DELIVERING = """
import sys
from pathlib import Path
from exporter.recording.spool import Spool
spool = Spool(Path(sys.argv[1]), 10_000_000)
for at in range(200):
    spool.append(at, b"record")
    if at % 10 == 9:
        spool.remove([number for number, _ in spool.oldest(7).records])
spool.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@contextmanager
def opened(path: Path) -> Iterator[Spool]:
    spool = Spool(path, LIMIT)
    try:
        yield spool
    finally:
        spool.close()


def fill(spool: Spool, count: int) -> None:
    spool.extend((at, None, b"record") for at in range(1, count + 1))


def deliver(spool: Spool, count: int = 1000) -> None:
    spool.remove([number for number, _ in spool.oldest(count).records])


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(statement)


def remove_files(path: Path) -> None:
    for file in path.parent.glob("spool.db*"):
        file.unlink()


def truncate_files(path: Path) -> None:
    for file in path.parent.glob("spool.db*"):
        os.truncate(file, 0)


def drop_records(path: Path) -> None:
    tamper(path, "DROP TABLE records")


def test_what_is_accepted_and_delivered_is_no_loss(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 5)
        spool.append(6, b"record", "key")
        with pytest.raises(KeyIsWaiting):
            spool.append(7, b"record", "key")
        with pytest.raises(ZeroDivisionError):
            spool.extend((1 // at, None, b"record") for at in (1, 0))
        deliver(spool, 4)
        assert (spool.state().records, spool.state().lost) == (2, 0)
    with opened(path) as spool:
        deliver(spool)
        assert (spool.state().records, spool.state().lost) == (0, 0)


def test_records_deleted_behind_its_back_are_counted_for_good(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 5)
        tamper(path, "DELETE FROM records WHERE id IN (2, 3)")
        assert (spool.state().records, spool.state().lost) == (3, 2)
        deliver(spool)
        assert spool.state().lost == 2
    with opened(path) as spool:
        fill(spool, 1)
        assert (spool.state().records, spool.state().lost) == (1, 2)


@pytest.mark.parametrize("take_away", [remove_files, truncate_files, drop_records])
def test_records_that_went_with_their_file_are_counted_for_good(
    path: Path, take_away: Callable[[Path], None]
) -> None:
    with opened(path) as spool:
        fill(spool, 5)
        deliver(spool, 2)
    take_away(path)
    for _ in range(2):
        with opened(path) as spool:
            assert (spool.state().records, spool.state().lost) == (0, 3)
            fill(spool, 1)
            deliver(spool)
            assert spool.state().lost == 3
    take_away(path)
    with opened(path) as spool:
        assert spool.state().lost == 3, "nothing waited in it"


def test_an_older_copy_in_its_place_is_a_loss_of_what_came_since(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 4)
        deliver(spool, 2)
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    with opened(path) as spool:
        fill(spool, 3)
    shutil.copyfile(copy, path)
    for _ in range(2):
        with opened(path) as spool:
            assert (spool.state().records, spool.state().lost) == (2, 3)


def test_losses_of_several_kinds_add_up(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 5)
        tamper(path, "DELETE FROM records WHERE id = 1")
    remove_files(path)
    with opened(path) as spool:
        fill(spool, 2)
        tamper(path, "DELETE FROM records")
        assert spool.state().lost == 5 + 2


def test_processes_that_share_a_spool_count_each_record_once(path: Path) -> None:
    with opened(path) as spool:
        command = [sys.executable, "-c", DELIVERING, str(path)]
        environment = os.environ | {"PYTHONPATH": str(PROJECT)}
        others = [subprocess.Popen(command, env=environment) for _ in range(3)]
        while any(other.poll() is None for other in others):
            batch = [number for number, _ in spool.oldest(20).records]
            spool.remove(batch)
            spool.look()
            spool.remove(batch)
            assert spool.state().lost == 0
        assert [other.wait() for other in others] == [0, 0, 0]
        deliver(spool, 10_000)
        assert (spool.state().records, spool.state().lost) == (0, 0)
    remove_files(path)
    with opened(path) as spool:
        assert spool.state().lost == 0


def test_a_spool_that_is_removed_under_a_process_is_emptied_and_left(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 2)
        spool.settle()
        remove_files(path)
        spool.append(3, b"late")
        spool.settle()
        assert spool.state().records == 3
        assert not path.exists(), "what waits is still delivered from the old file"
        deliver(spool)
        spool.settle()
        spool.append(4, b"new")
        assert (spool.state().records, spool.state().lost) == (1, 0)
    with opened(path) as spool:
        assert (spool.state().records, spool.state().lost) == (1, 0)


@pytest.mark.parametrize("with_logs", [True, False])
def test_a_spool_that_is_moved_away_is_left_for_the_file_in_its_place(
    path: Path, with_logs: bool
) -> None:
    with opened(path) as spool, opened(path) as other:
        fill(spool, 2)
        deliver(spool)
        for file in list(path.parent.glob("spool.db*" if with_logs else "spool.db")):
            file.rename(file.with_name(f"old-{file.name}"))
        for one in (spool, other):
            one.settle()
            one.append(1, b"new")
        assert (spool.state().records, other.state().records) == (2, 2)
        assert (spool.state().lost, other.state().lost) == (0, 0)
        assert [body for _, body in other.oldest(5).records] == [b"new", b"new"]


def test_what_had_no_account_yet_has_lost_nothing(path: Path) -> None:
    with opened(path) as spool:
        fill(spool, 5)
        deliver(spool, 3)
    path.with_name("ledger.json").unlink()
    tamper(path, "DROP VIEW balance")
    tamper(path, "DROP TABLE account")
    with opened(path) as spool:
        assert (spool.state().records, spool.state().lost) == (2, 0)


@pytest.mark.parametrize("what", ["nonsense", "", None])
def test_a_ledger_that_cannot_be_used_stops_nothing(path: Path, what: str | None) -> None:
    ledger = path.with_name("ledger.json")
    if what is None:
        ledger.mkdir()
    else:
        ledger.write_text(what)
    with opened(path) as spool:
        fill(spool, 2)
        tamper(path, "DELETE FROM records WHERE id = 1")
        spool.settle()
        assert (spool.state().records, spool.state().lost) == (1, 1)
