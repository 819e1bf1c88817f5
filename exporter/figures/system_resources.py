"""What the machine and this process use now, as psutil tells."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import psutil

#: The shortest time that processor use is told of, in seconds: clock ticks are coarse.
_SHORTEST = 1.0
#: Guests' time is part of user and nice, too.
_COUNTED_TWICE = ("guest", "guest_nice")


def processor_times() -> tuple[float, float]:
    """Seconds in use and seconds in all since the machine began, as if it had one processor."""
    times, processors = psutil.cpu_times()._asdict(), psutil.cpu_count() or 1
    total = sum(times.values()) - sum(times.get(name, 0.0) for name in _COUNTED_TWICE)
    idle = times["idle"] + times.get("iowait", 0.0)
    return (total - idle) / processors, total / processors


class Processor:
    """Share of the machine's processor time in use since the last look, a second ago or more.

    Whoever asks sooner is told the same; at first it is the share since the machine began.
    psutil's own figure is kept for each thread apart, and threads of a server come and go.
    """

    def __init__(self, times: Callable[[], tuple[float, float]] = processor_times) -> None:
        self._times = times
        self._lock = Lock()
        self._share = 0.0
        self._last = (0.0, 0.0)
        self()

    def __call__(self) -> float:
        with self._lock:
            busy, total = self._times()
            seconds = total - self._last[1]
            if seconds >= _SHORTEST:
                self._share = min(1.0, max(0.0, (busy - self._last[0]) / seconds))
                self._last = busy, total
            return self._share


@dataclass(frozen=True, slots=True)
class SystemResources:
    """Ratios 0-1, bytes, seconds and counts; `folder` tells which disk is meant.

    One for each process: its figure of the processor is since anybody's last look.
    """

    folder: Path
    _processor: Processor = field(default_factory=Processor, init=False)

    def __call__(self) -> dict[str, float]:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(_existing(self.folder)))
        return {
            "host_cpu_usage_ratio": self._processor(),
            "host_memory_used_ratio": 1 - memory.available / memory.total,
            "host_memory_total_bytes": memory.total,
            "host_memory_available_bytes": memory.available,
            "host_disk_used_ratio": 1 - disk.free / disk.total,
            "host_disk_total_bytes": disk.total,
            "host_disk_free_bytes": disk.free,
            **_process(),
        }


def _process() -> dict[str, float]:
    process = psutil.Process(os.getpid())
    with process.oneshot():
        times = process.cpu_times()
        return {
            "process_cpu_seconds": times.user + times.system,
            "process_resident_memory_bytes": process.memory_info().rss,
            "process_threads": process.num_threads(),
            "process_open_files": process.num_fds(),
            "process_start_timestamp_seconds": process.create_time(),
        }


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
