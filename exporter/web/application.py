"""Puts the HTTP edge together. Nothing global: each call makes an application of its own."""

from flask import Flask, Response, request
from flask_openapi.blueprint import APIBlueprint

from exporter.serving import access, deadlines, instruments, problems
from exporter.web.alerts import add_alerts
from exporter.web.dependencies import WebDependencies
from exporter.web.handover import add_handover
from exporter.web.landing import landing_blueprint
from exporter.web.monitoring import monitoring_blueprint
from exporter.web.openapi import SECURITY, add_document, make_openapi, problem_answers
from exporter.web.queries import refuse_repeated
from exporter.web.recording import add_recording
from exporter.web.rest import add_reading
from exporter.web.thresholds import add_thresholds


def create_app(dependencies: WebDependencies) -> Flask:
    """The WSGI application; `dependencies.pages` are served beside the routes of this package."""
    d = dependencies
    app = make_openapi()
    app.config["MAX_CONTENT_LENGTH"] = d.max_body
    problems.install(app)
    deadlines.install(app, d.request_seconds)
    instruments.install(app, d.instruments)
    access.install(app, d.access)
    app.after_request(_unguessed)
    app.register_api(landing_blueprint(d.language))
    app.register_api(monitoring_blueprint(d.render, d.not_ready))
    app.register_api(_rest(d))
    for page in d.pages:
        app.register_blueprint(page)
    return app


def _unguessed(response: Response) -> Response:
    # Records hold texts of callers: no browser may take JSON or CSV for a page.
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _rest(d: WebDependencies) -> APIBlueprint:
    # One blueprint: the OpenAPI library would let two of them overwrite each other's paths.
    api = APIBlueprint(
        "rest", __name__, url_prefix="/api", abp_security=SECURITY, abp_responses=problem_answers()
    )
    api.before_request(lambda: refuse_repeated(request.args.lists()))
    add_reading(api, d)
    add_recording(api, d.predictions, d.results)
    add_handover(api, d.predictions, d.games)
    add_alerts(api, d.alerts, d.history)
    add_thresholds(api, d.adviser)
    add_document(api)
    return api
