"""Room on the disks that records are written to: where there is none, and what fills it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem

#: Fewer bytes than this are none: SQLite's log alone may need as many.
_LEAST = 5_000_000
#: Files of a folder that are counted, and the largest that are named.
_MOST_FILES = 10_000
_NAMED = 3
_DISK_FULL = Text(
    """sem espaço em {folder}: restam {free}, nada é aceito → libere espaço (o maior ali:
    {largest}) ou mude a pasta para outro disco""",
    """no room in {folder}: {free} left, nothing is accepted → free space (largest there:
    {largest}) or move the folder to another disk""",
)


def check_room(folders: Iterable[Path]) -> Iterator[Finding]:
    """The room in these folders, whose disks may be the same one."""
    disks = dict(map(_disk, folders))
    free = {folder: _free(folder) for folder in disks.values()}
    full = {folder: left for folder, left in free.items() if left < _LEAST}
    for folder, left in full.items():
        values = {"folder": folder, "free": _size(left), "largest": _largest(folder)}
        yield problem("disk", _DISK_FULL, **values)
    if not full:
        yield ok("disk", Text("{free} livres", "{free} free"), free=_size(min(free.values())))


def _disk(folder: Path) -> tuple[int, Path]:
    """The disk that the folder is on, and the nearest folder there that can be looked at."""
    for place in (folder, *folder.absolute().parents):
        with suppress(OSError):  # it is still to be made, or may not be entered
            return place.stat().st_dev, place
    raise FileNotFoundError(folder)


def _free(folder: Path) -> int:
    """Bytes that may be written there; none where no file can be made any more."""
    room = os.statvfs(folder)
    out_of_files = room.f_files and not room.f_favail
    return 0 if out_of_files else room.f_bavail * room.f_frsize


def _largest(folder: Path) -> str:
    """What takes most of the room there, so that one knows what to look at."""
    try:
        sizes = sorted(((_taken(path), path.name) for path in folder.iterdir()), reverse=True)
    except OSError as error:  # it may not be ours to look into, or change meanwhile
        return error.strerror or str(error)
    return ", ".join(f"{name} {_size(size)}" for size, name in sizes[:_NAMED]) or "-"


def _taken(path: Path) -> int:
    files = islice(path.rglob("*"), _MOST_FILES) if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
