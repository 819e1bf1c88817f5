"""A folder for files in the making: one process at a time, and none left of a killed one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def secluded(place: Path, patience: float) -> Iterator[Path]:
    """The folder `place`, empty and its owner's alone; it goes at the end.

    Whoever comes meanwhile waits `patience` seconds, then has filelock.Timeout. What was killed
    leaves its files but not its lock: they go when the next one comes.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock"), timeout=patience, mode=0o600):
        _remove(place)
        place.mkdir(mode=0o700)
        try:
            yield place
        finally:
            _remove(place)


def _remove(place: Path) -> None:
    if place.exists():
        shutil.rmtree(place)
