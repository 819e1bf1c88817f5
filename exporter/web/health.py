"""/-/healthy: this process answers. /-/ready: its figures can be believed."""

from collections.abc import Callable

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.types import ResponseDict

from exporter.web.openapi import problem_answers
from exporter.web.problems import Problem

_TEXT = "text/plain; charset=utf-8"
_OK: ResponseDict = {"200": {"description": "Yes", "content": {"text/plain": {}}}}


def health_blueprint(not_ready: Callable[[], str | None]) -> APIBlueprint:
    """The two routes; `not_ready` tells why not, or None."""
    blueprint = APIBlueprint("health", __name__, abp_responses=problem_answers())

    @blueprint.get("/-/healthy", responses=_OK)
    def healthy() -> Response:
        """Whether the process answers; never depends on the database."""
        return Response("healthy\n", content_type=_TEXT)

    @blueprint.get("/-/ready", responses=_OK)
    def ready() -> Response:
        """Whether the schema and the first snapshot are good; 503 with the reason until then."""
        reason = not_ready()
        if reason:
            raise Problem(503, reason, {"Retry-After": "5"})
        return Response("ready\n", content_type=_TEXT)

    return blueprint
