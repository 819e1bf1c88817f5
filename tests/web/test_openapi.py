"""The OpenAPI document: valid, and complete."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/api/openapi.json").json
    assert found is not None
    return dict(found)


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())


def test_every_route_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method) for path, operations in document["paths"].items() for method in operations
    }
    assert served == described


def test_every_route_says_what_its_errors_look_like(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"]["default"]["content"]
            assert list(content) == ["application/problem+json"]


def test_parameters_have_descriptions(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for parameter in operations.get("get", {}).get("parameters", ()):
            assert parameter.get("description"), parameter["name"]


def test_answers_have_schemas(document: dict[str, Any]) -> None:
    summary = document["paths"]["/api/metrics/summary"]["get"]["responses"]["200"]
    assert "$ref" in summary["content"]["application/json"]["schema"]
    assert "AccuracySummary" in document["components"]["schemas"]


def bodies(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What each route that is posted to takes, by its path."""
    posts = {path: routes["post"] for path, routes in document["paths"].items() if "post" in routes}
    return {path: post["requestBody"]["content"] for path, post in posts.items()}


def test_every_body_is_described_field_by_field(document: dict[str, Any]) -> None:
    for content in bodies(document).values():
        schema = content["application/json"]["schema"]
        assert schema.get("oneOf", [schema])[0]["properties"]
    assert "application/x-ndjson" in bodies(document)["/api/predictions"]
    assert "$defs" not in str(document)


def test_a_result_says_how_it_can_be_sent_twice(document: dict[str, Any]) -> None:
    schema = bodies(document)["/api/results"]["application/json"]["schema"]
    assert "is the same record" in schema["properties"]["accepted_at"]["description"]
