"""What monitoring asks: /metrics, whether this process answers, whether it can be believed."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.types import ResponseDict

from exporter.serving.probes import Render, probed, scraped
from exporter.web.openapi import problem_answers

_TEXTS: dict[str, Any] = {"text/plain": {}, "application/openmetrics-text": {}}
_METRICS: ResponseDict = {"200": {"description": "Metrics", "content": _TEXTS}}
_OK: ResponseDict = {"200": {"description": "Yes", "content": {"text/plain": {}}}}


def monitoring_blueprint(render: Render, not_ready: Callable[[], str | None]) -> APIBlueprint:
    """The three routes; `not_ready` tells why not, or None. HEAD works as well."""
    blueprint = APIBlueprint("monitoring", __name__, abp_responses=problem_answers())

    @blueprint.get("/metrics", responses=_METRICS, operation_id="metrics_scrape_metrics_get")
    def scrape() -> Response:
        """Metrics for Prometheus."""
        return scraped(render)

    @blueprint.get("/-/healthy", responses=_OK, operation_id="health_healthy___healthy_get")
    def healthy() -> Response:
        """Whether the process answers; never depends on the database."""
        return probed("healthy", None)

    @blueprint.get("/-/ready", responses=_OK, operation_id="health_ready___ready_get")
    def ready() -> Response:
        """Whether the schema and the first snapshot are good; 503 with the reason until then."""
        return probed("ready", not_ready())

    return blueprint
