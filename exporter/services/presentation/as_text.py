"""Tiles and tables as aligned plain text."""

from collections.abc import Sequence

from exporter.services.presentation.shapes import Table, Tile

_WIDTH = 78
_BAR = 24


def heading(text: str) -> str:
    """A title, underlined."""
    return f"{text}\n{'=' * min(len(text), _WIDTH)}"


def tiles_as_text(tiles: Sequence[Tile]) -> str:
    """One line a tile: what, how much, compared with what."""
    labels = max((len(tile.label) for tile in tiles), default=0)
    values = max((len(tile.value) for tile in tiles), default=0)
    lines = (f"  {t.label:<{labels}}  {t.value:>{values}}  {t.note}" for t in tiles)
    return "\n".join(line.rstrip() for line in lines)


def table_as_text(table: Table) -> str:
    """The title, the columns one below the other, and the note."""
    if not table.rows:
        return f"{table.title}\n  {table.nothing}"
    rows = [list(table.header), *([cell.text for cell in row] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths, table.words) for row in rows]
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return "\n".join([table.title, *lines])


def bar(share: float, longest: float) -> str:
    """A bar whose length is `share` of `longest`."""
    return "█" * round(_BAR * share / longest) if longest else ""


def _line(row: Sequence[str], widths: Sequence[int], words: frozenset[int]) -> str:
    cells = (
        f"{cell:<{width}}" if at in words else f"{cell:>{width}}"
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return ("  " + "  ".join(cells)).rstrip()
