"""SQLite's files: its locks on them stay, and one that was taken away is not written to."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from exporter.recording.spool import Spool
from exporter.storage import driver, sqlite_file
from exporter.storage.driver import Row
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.schema import games
from exporter.storage.sqlite_engine import file_fault
from exporter.storage.sqlite_file import create
from tests.databases import copy_of, damage, opened
from tests.forks import in_child

_LOCKS = Path("/proc/locks")
needs_locks = pytest.mark.skipif(not _LOCKS.exists(), reason="Linux tells locks in /proc/locks")
THREADS = 10
#: As long as a connection is open, SQLite holds its shared lock on the database and its mark on the
#: index of the log: by these, the last process that closes the database knows to be the last.
SHARED = ("", 1 << 30 | 2)
IN_USE = ("-shm", 128)


def held(path: Path) -> set[tuple[str, int]]:
    """The locks of this process, by the end of the file's name and the first byte."""
    ends = {Path(f"{path}{end}").stat().st_ino: end for end in ("", "-shm")}
    found = set()
    for line in _LOCKS.read_text().splitlines():
        kind, _, _, process, place, start = line.split()[1:7]
        inode = int(place.rpartition(":")[2])
        if kind == "POSIX" and int(process) == os.getpid() and inode in ends:
            found.add((ends[inode], int(start)))
    return found


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "lotofacil.db"
    copy_of(sqlite_template, path)
    return path


@pytest.fixture
def engines(database: Path) -> Iterator[list[Engine]]:
    """Several on one file, as a program has that builds several applications."""
    with ExitStack() as stack:
        yield [stack.enter_context(opened(f"sqlite:///{database}")) for _ in range(3)]


@needs_locks
def test_locks_stay_while_many_connections_are_in_use(
    engines: list[Engine], database: Path
) -> None:
    inside = Barrier(THREADS * len(engines) + 1)

    def read(engine: Engine) -> None:
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT * FROM games")
            inside.wait(60)  # all are connected
            inside.wait(60)  # and looked at

    with ThreadPoolExecutor(THREADS * len(engines)) as pool:
        done = [pool.submit(read, engine) for engine in engines for _ in range(THREADS)]
        inside.wait(60)
        while_used = held(database)
        inside.wait(60)
        for each in done:
            each.result()
    with writing(engines[0]) as connection:
        connection.execute(insert(games).values(name="a"))
    assert {SHARED, IN_USE} <= while_used
    assert {SHARED, IN_USE} <= held(database)


def test_a_file_gets_its_log_when_its_writer_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself answers "locked" at once; two processes that begin on a new file meet this."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE t (a)")
        writer.execute("BEGIN IMMEDIATE")
        waits = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            writer.execute("COMMIT")

        monkeypatch.setattr(sqlite_file, "sleep", wait)
        with opened(f"sqlite:///{path}") as engine, reading(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert len(waits) == 1


@needs_locks
@pytest.mark.parametrize("made", ["database", "spool"])
def test_locks_stay_when_many_threads_make_the_file_at_once(tmp_path: Path, made: str) -> None:
    path, start = tmp_path / "new.db", Barrier(THREADS)
    with ExitStack() as stack:

        def use() -> None:
            if made == "spool":
                stack.enter_context(closing(Spool(path, 10**7))).append(1, b"{}")
            else:
                engine = stack.enter_context(opened(f"sqlite:///{path}"))
                with writing(engine) as connection:
                    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (a)")

        def together() -> None:
            start.wait(60)
            use()

        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(together) for _ in range(THREADS)]:
                done.result()
        use()
        assert {SHARED, IN_USE} <= held(path)
        assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@needs_locks
def test_a_forked_child_has_locks_of_its_own(engines: list[Engine], database: Path) -> None:
    """It gets none of its parent's, but a copy of what SQLite remembers of them."""
    engine = engines[0]
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT * FROM games")

    def child_holds_them() -> bool:
        with writing(engine) as connection:
            connection.execute(insert(games).values(name="a"))
        return {SHARED, IN_USE} <= held(database)

    assert in_child(child_holds_them)
    with reading(engine) as connection:
        assert len(connection.execute(games.select()).all()) == 1
        assert {SHARED, IN_USE} <= held(database)


@needs_locks
def test_a_forked_child_has_locks_of_its_own_on_the_spool(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "spool.db", 10**7)) as spool:
        spool.append(1, b"{}")

        def child_holds_them() -> bool:
            spool.append(2, b"{}")
            return {SHARED, IN_USE} <= held(spool.path)

        assert in_child(child_holds_them)
        assert spool.state().records == 2
        assert {SHARED, IN_USE} <= held(spool.path)


def no_links(*_: object) -> None:
    raise PermissionError("Operation not permitted")  # as vfat and some network mounts say


@pytest.mark.parametrize("link", [os.link, no_links])
def test_new_files_are_not_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[..., None]
) -> None:
    monkeypatch.setattr(os, "link", link)
    before = os.umask(0o002)
    try:
        with opened(f"sqlite:///{tmp_path / 'new.db'}") as engine, writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")
            assert modes(tmp_path) == {0o660}
        with closing(Spool(tmp_path / "spool" / "spool.db", 10**7)) as spool:
            spool.append(1, b"{}")
            assert modes(tmp_path / "spool") == {0o600}
    finally:
        os.umask(before)


def modes(folder: Path) -> set[int]:
    files = [path for path in folder.iterdir() if ".db" in path.name]
    assert len(files) == 3  # the log and its index, too
    return {stat.S_IMODE(path.stat().st_mode) for path in files}


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("content")
    path.chmod(0o644)
    create(path, 0o600)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("content", 0o644)


def test_a_link_to_a_file_that_is_still_to_be_made(tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    (tmp_path / "link.db").symlink_to(target)
    create(tmp_path / "link.db", 0o600)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["nowhere/a.db", "a" * 300, "loop.db"])
def test_a_path_that_cannot_be_is_left_to_sqlite(tmp_path: Path, name: str) -> None:
    """Nor one that cannot be looked at, as in a folder that nobody may enter."""
    (tmp_path / "loop.db").symlink_to("loop.db")
    create(tmp_path / name, 0o600)
    engine = create_engine_for(f"sqlite:///{tmp_path / name}")
    with pytest.raises(OperationalError, match="unable to open") as caught, reading(engine):
        pass
    assert fault_of(caught.value) is Fault.AWAY


def names(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(games.c.name)).scalars())


def fetched(engine: Engine) -> list[Row]:
    with reading(engine) as connection:
        return driver.fetch(connection, "SELECT name FROM games")


def add(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(games).values(name=name))


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("end", ["", "-wal"])
@pytest.mark.parametrize(("harm", "became"), [(remove, "was removed"), (replace, "was replaced")])
def test_files_that_are_others_now_are_not_used(
    engines: list[Engine], database: Path, end: str, harm: Callable[[Path], None], became: str
) -> None:
    engine, others = engines[0], engines[1]
    add(engine, "before")
    assert (file_fault(engine), file_fault(others)) == ("", "")
    harm(database.with_name(f"{database.name}{end}"))
    assert became in file_fault(engine)
    for use in (names, lambda engine: add(engine, "after")):
        with pytest.raises(OperationalError, match=became) as caught:
            use(engine)
        assert fault_of(caught.value) is Fault.AWAY
    if harm is remove:
        assert not database.with_name(f"{database.name}{end}").exists()  # not made anew
    assert file_fault(others) == ""  # it has nothing open


def test_who_lost_a_file_leaves_the_log_of_its_successor(
    engines: list[Engine], database: Path
) -> None:
    """SQLite removes a log by its name."""
    engine, successor = engines[:2]
    add(engine, "in the old file")
    for end in ("-wal", "-shm", ""):
        path = database.with_name(f"{database.name}{end}")
        path.rename(path.with_name(f"old{path.name}"))
    copy_of(database.with_name(f"old{database.name}"), database)
    add(successor, "in the new log")
    assert "the file was replaced" in file_fault(engine)
    engine.dispose()
    assert database.with_name(f"{database.name}-wal").stat().st_size > 0
    assert "in the new log" in names(successor)


def test_a_file_that_is_back_is_used_again(engines: list[Engine], database: Path) -> None:
    engine = engines[0]
    add(engine, "before")
    aside = database.rename(database.with_name("aside.db"))
    assert file_fault(engine)
    aside.rename(database)
    add(engine, "after")
    assert names(engine) == ["before", "after"]


def test_a_log_that_was_away_is_not_trusted_again(engines: list[Engine], database: Path) -> None:
    engine, log = engines[0], database.with_name(f"{database.name}-wal")
    add(engine, "before")
    aside = log.rename(database.with_name("aside"))
    assert file_fault(engine)
    aside.rename(log)
    assert "its log (-wal) was removed" in file_fault(engine)


def test_a_forked_child_does_not_make_a_removed_file_anew(
    engines: list[Engine], database: Path
) -> None:
    engine = engines[0]
    add(engine, "before")
    remove(database)

    def child_goes_without() -> bool:
        with pytest.raises(OperationalError, match="was removed"):
            add(engine, "after")
        return not database.exists()

    assert in_child(child_goes_without)


def test_once_all_is_closed_there_may_be_another_file(
    engines: list[Engine], database: Path
) -> None:
    engine = engines[0]
    add(engine, "before")
    engine.dispose()
    replace(database)
    add(engine, "after")
    assert names(engine) == ["before", "after"]


def test_to_close_it_is_no_loss_whoever_looks_meanwhile(engines: list[Engine]) -> None:
    engine, is_over = engines[0], Event()

    def look() -> set[str]:
        return {file_fault(engine) for _ in iter(is_over.is_set, True)}

    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(look)
        for _ in range(200):
            names(engine)
            engine.dispose()  # removes the log
        is_over.set()
        assert seen.result() == {""}


def test_what_only_a_removed_log_holds_is_carried_over(
    engines: list[Engine], database: Path, tmp_path: Path
) -> None:
    engine = engines[0]
    for name in ("a", "b", "c"):
        add(engine, name)
    remove(database.with_name(f"{database.name}-wal"))
    with pytest.raises(OperationalError):
        names(engine)
    with opened(copy_of(database, tmp_path / "copy.db")) as copy:
        assert names(copy) == ["a", "b", "c"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use", [names, fetched])
def test_a_damaged_file_is_not_used_again(
    engines: list[Engine], database: Path, use: Callable[[Engine], object]
) -> None:
    engine = engines[0]
    add(engine, "before")
    add(engines[1], "by another process, so that pages are read again")
    damage(database)
    with pytest.raises(DatabaseError, match="malformed"):
        use(engine)
    assert file_fault(engine).startswith("the file is damaged (database disk image is malformed)")
    with pytest.raises(OperationalError, match="is damaged"):
        add(engine, "after")


def test_a_file_that_is_no_database_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("no database, but long enough for a header" * 20)
    with opened(f"sqlite:///{path}") as engine:
        with pytest.raises(DatabaseError, match="not a database"):
            names(engine)
        assert "is damaged (file is not a database)" in file_fault(engine)
