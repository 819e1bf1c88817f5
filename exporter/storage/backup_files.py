"""A backup's files: in the making in a folder apart, and then with a checksum beside each."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from exporter.storage.dump import DamagedBackup

#: A SHA-256 as `sha256sum` writes and checks it.
SUFFIX = ".sha256"
_LINE = re.compile(rb"([0-9a-fA-F]{64})(\s.{0,300})?\s*", re.DOTALL)


def beside(path: Path) -> Path:
    """Where the checksum of a backup is."""
    return path.with_name(path.name + SUFFIX)


def line(file: Path, name: str) -> str:
    """The checksum of `file`, for a backup that will be called `name`."""
    return f"{_digest(file)}  {name}\n"


def holds(path: Path) -> bool:
    """True when the file is the one that was backed up, False when no checksum is beside it.

    Raises DamagedBackup when it is another one.
    """
    try:
        with beside(path).open("rb") as file:
            noted = _LINE.fullmatch(file.read(1000))
    except FileNotFoundError:
        return False
    if not noted or noted[1].decode().lower() != _digest(path):
        raise DamagedBackup(f"{path} is not what was backed up: {beside(path).name} does not match")
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
