import multiprocessing
import resource
import stat
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from exporter.logs.files import RotatingFile

SPAWN = multiprocessing.get_context("spawn")


def test_it_rotates_before_it_grows_too_large(tmp_path: Path) -> None:
    log = RotatingFile(tmp_path / "a.jsonl", size=20, kept=2)
    for number in range(10):
        log.write(f"line {number:04d}\n".encode())
    assert sorted(path.name for path in tmp_path.glob("a*")) == [
        "a.jsonl",
        "a.jsonl.1",
        "a.jsonl.2",
    ]
    assert (tmp_path / "a.jsonl").read_text() == "line 0008\nline 0009\n"
    assert (tmp_path / "a.jsonl.1").read_text() == "line 0006\nline 0007\n"


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    RotatingFile(tmp_path / "logs" / "a.jsonl", size=20, kept=1).write(b"x\n")
    assert stat.S_IMODE((tmp_path / "logs" / "a.jsonl").stat().st_mode) == 0o600


def test_a_line_larger_than_the_limit_is_written_all_the_same(tmp_path: Path) -> None:
    log = RotatingFile(tmp_path / "a.jsonl", size=5, kept=1)
    log.write(b"longer than five\n")
    assert (tmp_path / "a.jsonl").read_bytes() == b"longer than five\n"


def test_it_writes_on_when_somebody_took_the_file_away(tmp_path: Path) -> None:
    log = RotatingFile(tmp_path / "a.jsonl", size=100, kept=1)
    log.write(b"one\n")
    (tmp_path / "a.jsonl").rename(tmp_path / "elsewhere")
    log.write(b"two\n")
    assert (tmp_path / "a.jsonl").read_bytes() == b"two\n"


def _write_many(path: Path, name: int) -> None:
    log = RotatingFile(path, size=3_000, kept=100)
    for number in range(200):
        log.write(f"{name}:{number}:{'x' * 40}\n".encode())


@pytest.mark.slow
def test_processes_share_a_file_without_losing_or_mixing_lines(tmp_path: Path) -> None:
    writers = [SPAWN.Process(target=_write_many, args=(tmp_path / "a.jsonl", n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = [line for path in tmp_path.glob("a.jsonl*") for line in path.read_text().splitlines()]
    expected = {f"{name}:{number}:{'x' * 40}" for name in range(3) for number in range(200)}
    assert sorted(lines) == sorted(expected)


def _full_at(size: int) -> None:
    """This process's files end there, as on a full disk: a part of a line, then nothing."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _written(log: RotatingFile, line: str) -> bool:
    try:
        log.write(f"{line}\n".encode())
    except OSError:
        return False
    return True


def _write_until_full_and_on(path: Path) -> list[str]:
    log = RotatingFile(path, size=10_000, kept=1)
    _full_at(25)
    lines = [line for line in ("line 0001", "line 0002", "line 0003") if _written(log, line)]
    _full_at(resource.RLIM_INFINITY)
    return lines + [line for line in ("line 0004", "line 0005") if _written(log, line)]


def _tear(path: Path) -> bool:
    _full_at(15)
    return _written(RotatingFile(path, size=10_000, kept=1), "x" * 20)


def test_what_a_full_disk_tore_does_not_swallow_the_next_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with ProcessPoolExecutor(1, SPAWN) as child:
        written = child.submit(_write_until_full_and_on, path).result()
    assert written == ["line 0001", "line 0002", "line 0004", "line 0005"]
    assert path.read_text().splitlines() == [*written[:2], "line ", *written[2:]]


def test_what_another_process_tore_is_closed_off(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with ProcessPoolExecutor(1, SPAWN) as child:
        assert not child.submit(_tear, path).result()
    RotatingFile(path, size=10_000, kept=1).write(b"next\n")
    assert path.read_text().splitlines() == ["x" * 15, "next"]


def _write_beside_torn_ones(path: Path, name: int) -> list[str]:
    log = RotatingFile(path, size=10**9, kept=1)
    written = []
    for number in range(300):
        if name == 0 and path.exists():
            _full_at(path.stat().st_size + 20)
        line = f"{name}:{number}:{'x' * 40}"
        if _written(log, line):
            written.append(line)
    return written


def test_a_line_torn_in_any_moment_swallows_none_of_another_process(tmp_path: Path) -> None:
    """Each line that was not told as lost stands on a line of its own, once."""
    path = tmp_path / "a.jsonl"
    with ProcessPoolExecutor(3, SPAWN) as children:
        written = list(children.map(_write_beside_torn_ones, [path] * 3, range(3)))
    lines = Counter(path.read_text().splitlines())
    assert [len(lines) for lines in written[1:]] == [300, 300]
    assert {line: lines[line] for own in written for line in own if lines[line] != 1} == {}
    assert any(0 < len(line) < 40 for line in lines)  # some were torn


def _fork_and_write(path: Path) -> None:
    log = RotatingFile(path, size=10**9, kept=1)
    log.write(b"before\n")
    child = multiprocessing.get_context("fork").Process(target=_write_lines, args=(log, "c"))
    child.start()
    _write_lines(log, "p")
    child.join()


def _write_lines(log: RotatingFile, name: str) -> None:
    for number in range(300):
        log.write(f"{name}:{number}\n".encode())


def test_a_forked_child_writes_each_line_once_beside_its_parent(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, SPAWN) as child:
        child.submit(_fork_and_write, tmp_path / "a.jsonl").result()
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert sorted(lines) == sorted(
        ["before", *(f"{name}:{number}" for name in "cp" for number in range(300))]
    )
