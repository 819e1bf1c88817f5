"""What the OpenAPI document says beyond the routes themselves."""

import json
from importlib.metadata import version
from typing import Any, cast

import msgspec
from flask import Flask, Response, current_app
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.info import Info
from flask_openapi.models.security_scheme import SecurityScheme
from flask_openapi.openapi import OpenAPI
from flask_openapi.types import ResponseDict
from pydantic import BaseModel, ConfigDict

from exporter.serving.problems import refuse_parameters
from exporter.serving.refusals import PROBLEM_TYPE

SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"browser": []}, {}]
_SCHEMES: dict[str, SecurityScheme | dict[str, Any]] = {
    "token": {"type": "http", "scheme": "bearer", "description": "EXPORTER_API_TOKEN"},
    "browser": {"type": "http", "scheme": "basic", "description": "The token as the password"},
}
_DOCUMENT = {"description": "OpenAPI 3.1", "content": {"application/json": {}}}


class ProblemDocument(BaseModel):
    """An error (RFC 9457); `parameter`, `field` or `errors` say what to change."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
    field: str | None = None


def make_openapi() -> OpenAPI:
    """An application that describes itself at /api/openapi.json."""
    app = OpenAPI(
        "exporter.web",
        info=Info(title="Lotofácil monitor", version=version("lotofacil-monitor")),
        security_schemes=_SCHEMES,
        validation_error_status=400,
        validation_error_model=ProblemDocument,
        validation_error_callback=refuse_parameters,
        doc_ui=False,
        static_folder=None,
    )
    # Readers of 3.2, which the library would say, are still few; nothing here needs it.
    app.openapi_version = "3.1.0"
    return app


def problem_answers() -> ResponseDict:
    """How the errors of every route are described."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    content = {PROBLEM_TYPE: {"schema": schema}}
    return {
        "400": {"description": "A parameter or body that cannot be used", "content": content},
        "default": {"description": "Any other error", "content": content},
    }


def file_answer() -> dict[str, Any]:
    """How an export is described."""
    kinds: dict[str, Any] = {"application/json": {}, "text/csv": {}}
    return {"description": "A file", "content": kinds}


def body_of(model: type[BaseModel], *kinds: str) -> dict[str, Any]:
    """How a body is described: one object, or several of them for `kinds`."""
    schema = model.model_json_schema()
    several = {"oneOf": [schema, {"type": "array", "items": schema}]}
    content = {"application/json": {"schema": several if kinds else schema}}
    return {"required": True, "content": content | {k: {} for k in kinds}}


def document_of(app: Flask) -> dict[str, Any]:
    """The document of an application that `make_openapi` made."""
    document: dict[str, Any] = json.loads(msgspec.json.encode(cast(OpenAPI, app).api_doc))
    return document


def add_document(api: APIBlueprint) -> None:
    """Adds the route that serves the document."""

    @api.get("/openapi.json", responses={"200": _DOCUMENT})
    def openapi() -> Response:
        """This document."""
        body = msgspec.json.encode(cast(OpenAPI, current_app).api_doc)
        return Response(body, content_type="application/json")
