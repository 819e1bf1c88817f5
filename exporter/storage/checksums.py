"""A backup's SHA-256 in a file beside it, as `sha256sum` writes and checks them."""

import hashlib
import re
from pathlib import Path

from exporter.storage.dump import DamagedBackup

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
