"""What the machine and this process use now, as psutil tells."""

import os
from pathlib import Path

import psutil


def read_resources(folder: Path, interval: float | None = None) -> dict[str, float]:
    """Ratios 0–1, bytes, seconds and counts; `folder` tells which disk is meant.

    `interval` is how many seconds processor use is measured over; None: since the last call.
    """
    return {**_host(folder, interval), **_process()}


def _host(folder: Path, interval: float | None) -> dict[str, float]:
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(_existing(folder)))
    return {
        "host_cpu_usage_ratio": psutil.cpu_percent(interval) / 100,
        "host_memory_used_ratio": 1 - memory.available / memory.total,
        "host_memory_total_bytes": memory.total,
        "host_memory_available_bytes": memory.available,
        "host_disk_used_ratio": 1 - disk.free / disk.total,
        "host_disk_total_bytes": disk.total,
        "host_disk_free_bytes": disk.free,
    }


def _process() -> dict[str, float]:
    process = psutil.Process(os.getpid())
    with process.oneshot():
        times = process.cpu_times()
        return {
            "process_cpu_seconds": times.user + times.system,
            "process_resident_memory_bytes": process.memory_info().rss,
            "process_threads": process.num_threads(),
            "process_start_timestamp_seconds": process.create_time(),
        }


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
