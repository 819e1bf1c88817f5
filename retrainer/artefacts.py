"""Where models are kept: written beside, then renamed, so that a half-written one never shows."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from exporter.domain.moments import from_micros


@dataclass(frozen=True, slots=True)
class Artefacts:
    """The models' folder; an unfinished model has a name that begins with a dot."""

    folder: Path

    def prepare(self, version: str) -> Path:
        """The path a training command shall write to; nothing is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._unfinished(version)
        remove(unfinished)
        return unfinished

    def keep(self, version: str) -> Path:
        """Gives a finished model its name, durably. Raises OSError."""
        unfinished, final = self._unfinished(version), self.path(version)
        _sync(unfinished)
        unfinished.rename(final)
        _sync(self.folder)
        return final

    def discard(self, version: str) -> None:
        """Removes what an unsuccessful run left."""
        remove(self._unfinished(version))

    def files(self, version: str) -> tuple[Path, Path]:
        """Where a model of this version is, and where it is while it is being made."""
        return self.path(version), self._unfinished(version)

    def path(self, version: str) -> Path:
        """Where a finished model of this version is."""
        return self.folder / version

    def _unfinished(self, version: str) -> Path:
        return self.folder / f".{version}"


def new_version(game: str, micros: int) -> str:
    """A name for a model trained now: sorts by time, and one game trains one model at a time."""
    safe = re.sub(r"[^\w-]", "_", game)  # it is to be a file's name, too
    return f"{safe}-{from_micros(micros):%Y%m%dT%H%M%S.%fZ}"


def is_our_name(version: str) -> bool:
    """Whether `new_version` makes such names: no other file is ours to remove."""
    return re.fullmatch(r"[\w-]+-\d{8}T\d{6}\.\d{6}Z", version) is not None


def is_empty(path: Path) -> bool:
    """Whether a file or folder holds nothing."""
    return not any(path.iterdir()) if path.is_dir() else path.stat().st_size == 0


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
