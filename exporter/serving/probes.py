"""Answers to whoever watches a process: a scrape, and whether it lives and is ready."""

import gzip
from collections.abc import Callable

from flask import Response, request

from exporter.serving.problems import Problem

#: The metrics page and its content type, for an Accept header.
Render = Callable[[str], tuple[bytes, str]]


def scraped(render: Render) -> Response:
    """The metrics in the format asked for, compressed when asked for."""
    page, content_type = render(request.headers.get("Accept", ""))
    response = Response(page, content_type=content_type)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    if request.accept_encodings["gzip"]:
        # Level 1: a scrape costs time on every page, and bytes hardly matter beside it.
        response.data = gzip.compress(page, 1, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


def probed(word: str, fault: str | None) -> Response:
    """`word` as a line; raises Problem 503 for a fault."""
    if fault:
        raise Problem(503, fault, {"Retry-After": "5"})
    return Response(f"{word}\n", content_type="text/plain; charset=utf-8")
