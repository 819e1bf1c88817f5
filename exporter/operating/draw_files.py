"""Reading a file of draws: bytes in, draws and faults out, one line at a time."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import chain

from exporter.domain.draw_records import DrawRecord, Fault, parse_draws
from exporter.domain.games import Game

#: How a workbook starts, which is what the operator's site offers for download.
_ZIP = b"PK\x03\x04"


def read_draws(stream: Iterable[bytes], game: Game, now: int) -> Iterator[DrawRecord | Fault]:
    """The draws of a file opened for reading bytes: UTF-8, with or without its mark, or Latin-1.

    A draw that cannot be recorded `now` (microseconds) is a fault. Raises nothing for what the
    file holds; reading it may raise OSError.
    """
    lines = iter(stream)
    first = next(lines, b"")
    if first.startswith(_ZIP):
        yield Fault(1, "this is a workbook or an archive: save it as CSV")
        return
    everything = chain([first.removeprefix(BOM_UTF8)], lines)
    yield from parse_draws(map(_decoded, everything), game, now)


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
