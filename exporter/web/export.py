"""Exports: rows become a file that is streamed, whatever its length."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec
from flask import Response

from exporter.domain.queries import FiguresQuery, PageQuery
from exporter.operating import export as rows_of
from exporter.operating.export import Row
from exporter.storage.limits import renewing
from exporter.web.csv_text import csv_lines
from exporter.web.dependencies import WebDependencies
from exporter.web.queries import ExportParameters

_CHUNK = 64 * 1024


def export(d: WebDependencies, parameters: ExportParameters) -> Response:
    """The file that was asked for."""
    columns, rows = _read(d, parameters.dataset, parameters.query(d.games, d.now()))
    csv = parameters.format == "csv"
    text = csv_lines(columns, rows) if csv else _json(rows)
    kind = "text/csv; charset=utf-8; header=present" if csv else "application/json"
    response = Response(renewing(_chunks(text)), content_type=kind)
    name = f"lotofacil-{parameters.dataset}.{parameters.format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(
    d: WebDependencies, dataset: str, query: FiguresQuery
) -> tuple[Sequence[str], Iterable[Row]]:
    page = PageQuery(1, None, query.selection, query.period)
    if dataset == "predictions":
        return rows_of.PREDICTION_COLUMNS, _begun(rows_of.prediction_rows(d.listings, page))
    if dataset == "draws":
        return rows_of.DRAW_COLUMNS, _begun(rows_of.draw_rows(d.listings, page))
    return rows_of.metric_columns(query), rows_of.metric_rows(d.metrics, query)


def _begun(rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows, the first one read already: a fault there can still become a problem."""
    first = next(rows, None)
    return iter(()) if first is None else chain((first,), rows)


def _json(rows: Iterable[Any]) -> Iterator[str]:
    yield '{"status":"success","data":['
    for place, row in enumerate(rows):
        yield ("," if place else "") + msgspec.json.encode(row).decode()
    yield '],"warnings":[]}'


def _chunks(texts: Iterable[str]) -> Iterator[bytes]:
    waiting, size = [], 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
