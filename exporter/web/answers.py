"""The shape of every good answer: an envelope, weak ETags, pages with links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import Response, request
from pydantic import BaseModel

from exporter.figures.listings import Page
from exporter.serving.json_body import JSON
from exporter.web.queries import write_cursor

Data = TypeVar("Data")
Entry = TypeVar("Entry")


class Envelope(BaseModel, Generic[Data]):
    """What every good answer looks like."""

    status: Literal["success"]
    data: Data
    warnings: list[str]


@dataclass(frozen=True)
class Listed(Generic[Entry]):
    """A page of entries, newest first; `next_cursor` None: the last page."""

    items: Sequence[Entry]
    next_cursor: str | None


def success(data: Any, warnings: Sequence[str] = (), status: int = 200) -> Response:
    """An envelope around data (dataclasses, mappings, lists)."""
    body = {"status": "success", "data": data, "warnings": warnings}
    return Response(msgspec.json.encode(body), status, content_type=JSON)


def listed(page: Page[Any]) -> Response:
    """A page with its cursor, and a Link header to the next one."""
    cursor = cursor_of(page)
    return with_next(success(Listed(page.entries, cursor)), cursor)


def cursor_of(page: Page[Any]) -> str | None:
    """Where the next page goes on; None: this was the last."""
    return write_cursor(page.next_before) if page.next_before else None


def with_next(response: Response, cursor: str | None) -> Response:
    """The response with a Link header to the next page."""
    if cursor:
        query = urlencode({**request.args.to_dict(), "cursor": cursor})
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response


def conditional(version: str | None, make: Callable[[], Response]) -> Response:
    """What `make` gives, or 304 while the client has it for this snapshot and query."""
    if version is None:
        return make()
    tag = _tag(version)
    is_same = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if is_same else make()
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _tag(version: str) -> str:
    query = sorted(request.args.items(multi=True))
    asked = repr((version, request.path, query)).encode("utf-8", "surrogatepass")
    return blake2b(asked, digest_size=12).hexdigest()
