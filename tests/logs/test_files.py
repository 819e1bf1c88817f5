import multiprocessing
import stat
from pathlib import Path

import pytest

from exporter.logs.files import RotatingFile


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
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(tmp_path / "a.jsonl", n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = [line for path in tmp_path.glob("a.jsonl*") for line in path.read_text().splitlines()]
    expected = {f"{name}:{number}:{'x' * 40}" for name in range(3) for number in range(200)}
    assert sorted(lines) == sorted(expected)
