"""Tiles and tables as HTML for mail programs: tables and styles in place, nothing to fetch."""

from collections.abc import Sequence
from html import escape

from exporter.services.presentation.shapes import Cell, Table, Tile, Tone

_COLOURS = {
    Tone.PLAIN: "#1b2130",
    Tone.GOOD: "#0f766e",
    Tone.WARNING: "#a85b00",
    Tone.BAD: "#c02626",
    Tone.MUTED: "#5b6478",
}
_SOFT = "color:#5b6478;font-size:13px"
_CELL = "padding:5px 8px;border-bottom:1px solid #e3e6ee;white-space:nowrap"
#: Words give way, so that a table fits a mail; figures stay in one piece.
_WORDS = ";white-space:normal;overflow-wrap:anywhere"


def page(title: str, lead: str, parts: Sequence[str], language: str) -> str:
    """A whole document."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>"
        '<body style="margin:0;padding:24px;background:#f4f5f9;color:#1b2130;'
        'font:15px/1.5 system-ui,Segoe UI,Roboto,sans-serif">'
        f'<h1 style="font-size:21px;margin:0">{escape(title)}</h1>'
        f'<p style="{_SOFT};margin:4px 0 16px">{escape(lead)}</p>{"".join(parts)}</body></html>'
    )


def section(title: str) -> str:
    """A heading."""
    return f'<h2 style="font-size:18px;margin:24px 0 8px">{escape(title)}</h2>'


def tiles_as_mail(tiles: Sequence[Tile]) -> str:
    """One row a tile."""
    rows = "".join(
        f'<tr><td style="{_CELL}">{escape(t.label)}</td>'
        f'<td style="{_CELL};font-size:17px;font-weight:600;color:{_COLOURS[t.tone]}">'
        f'{escape(t.value)}</td><td style="{_CELL};{_SOFT};white-space:normal">'
        f"{escape(t.note)}</td></tr>"
        for t in tiles
    )
    return _card(f'<table role="presentation" style="border-collapse:collapse">{rows}</table>')


def table_as_mail(table: Table) -> str:
    """The table under its title, with its note."""
    title = f'<h3 style="font-size:15px;margin:0 0 6px">{escape(table.title)}</h3>'
    if not table.rows:
        return _card(f'{title}<p style="{_SOFT};margin:0">{escape(table.nothing)}</p>')
    head = "".join(
        f'<th scope="col" style="{_CELL};{_SOFT};white-space:normal{_side(at, table)}">'
        f"{escape(name)}</th>"
        for at, name in enumerate(table.header)
    )
    rows = "".join(f"<tr>{_cells(row, table)}</tr>" for row in table.rows)
    note = f'<p style="{_SOFT};margin:8px 0 0">{escape(table.note)}</p>' if table.note else ""
    return _card(
        f'{title}<table style="border-collapse:collapse;font-size:14px">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"
    )


def bars_as_mail(title: str, bars: Sequence[tuple[str, float, str]]) -> str:
    """Rows of a label, a bar (ratio 0–1 of the longest) and its words."""
    rows = "".join(
        f'<tr><td style="padding:3px 10px 3px 0;text-align:right">{escape(label)}</td>'
        f'<td style="width:260px"><div style="height:14px;border-radius:3px;background:#3b82f6;'
        f'width:{round(260 * share)}px"></div></td>'
        f'<td style="padding-left:10px;{_SOFT}">{escape(words)}</td></tr>'
        for label, share, words in bars
    )
    head = f'<h3 style="font-size:15px;margin:0 0 6px">{escape(title)}</h3>'
    return _card(f'{head}<table style="border-collapse:collapse;font-size:14px">{rows}</table>')


def link(words: str, address: str) -> str:
    """A paragraph that leads somewhere."""
    return f'<p><a href="{escape(address, quote=True)}">{escape(words)}</a></p>'


def _card(content: str) -> str:
    style = "background:#fff;border:1px solid #e3e6ee;border-radius:12px;padding:14px 16px"
    return f'<div style="{style};margin:0 0 12px;overflow-x:auto">{content}</div>'


def _cells(row: Sequence[Cell], table: Table) -> str:
    return "".join(
        f'<td style="{_CELL}{_side(at, table)};color:{_COLOURS[cell.tone]}">'
        f"{escape(cell.text)}</td>"
        for at, cell in enumerate(row)
    )


def _side(column: int, table: Table) -> str:
    return f";text-align:left{_WORDS}" if column in table.words else ";text-align:right"
