"""/metrics: text 0.0.4 or OpenMetrics by negotiation, compressed when asked for."""

import gzip
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint

from exporter.web.openapi import problem_answers

Render = Callable[[str], tuple[bytes, str]]
_TEXTS: dict[str, Any] = {"text/plain": {}, "application/openmetrics-text": {}}


def metrics_blueprint(render: Render) -> APIBlueprint:
    """The route that Prometheus scrapes; HEAD works as well."""
    blueprint = APIBlueprint("metrics", __name__, abp_responses=problem_answers())

    @blueprint.get("/metrics", responses={"200": {"description": "Metrics", "content": _TEXTS}})
    def scrape() -> Response:
        """Metrics for Prometheus."""
        text, content_type = render(request.headers.get("Accept", ""))
        response = Response(text, content_type=content_type)
        response.headers["Vary"] = "Accept, Accept-Encoding"
        if request.accept_encodings["gzip"]:
            # Level 1: a scrape costs time on every page, and bytes hardly matter beside it.
            response.data = gzip.compress(text, 1, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
        return response

    return blueprint
