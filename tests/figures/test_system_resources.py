"""The machine is asked by many threads, and all of them are told the same."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from exporter.figures.system_resources import Processor, SystemResources


def test_threads_that_never_asked_before_are_told_what_is_so() -> None:
    processor = Processor()
    with ThreadPoolExecutor(3) as threads:
        told = [threads.submit(processor).result() for _ in range(3)]
    assert all(0 < share <= 1 for share in told)


@pytest.mark.parametrize(
    ("looks", "shares"),
    [
        ([(50, 100), (51, 104)], [0.25]),
        ([(50, 100), (50.02, 100.02), (51, 104)], [0.5, 0.25]),
        ([(50, 100), (50, 101), (52, 103)], [0, 1]),
        ([(50, 100), (49.9, 102)], [0]),  # what waits for disks may fall
        ([(0, 0), (0.1, 0.2)], [0]),
    ],
)
def test_processor_use_is_of_a_second_or_more(
    looks: list[tuple[float, float]], shares: list[float]
) -> None:
    seen = iter(looks)
    processor = Processor(lambda: next(seen))
    assert [processor() for _ in looks[1:]] == shares


def test_everything_is_read_of_this_process_and_the_folders_disk(tmp_path: Path) -> None:
    found = SystemResources(tmp_path / "not" / "yet" / "there")()
    assert found["host_disk_total_bytes"] == psutil.disk_usage(str(tmp_path)).total
    assert found["process_start_timestamp_seconds"] == psutil.Process(os.getpid()).create_time()
    assert found["process_open_files"] > 0
