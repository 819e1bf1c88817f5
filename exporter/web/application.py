"""Puts the HTTP edge together. Nothing global: each call makes an application of its own."""

from flask import Flask

from exporter.web import auth, instruments, problems
from exporter.web.dependencies import WebDependencies
from exporter.web.health import health_blueprint
from exporter.web.landing import landing_blueprint
from exporter.web.metrics import metrics_blueprint
from exporter.web.openapi import describe, make_openapi
from exporter.web.recording import recording_blueprint
from exporter.web.rest import reading_blueprint


def create_app(dependencies: WebDependencies) -> Flask:
    """The WSGI application; `dependencies.pages` are served beside the routes of this package."""
    d = dependencies
    app = make_openapi()
    app.config["MAX_CONTENT_LENGTH"] = d.max_body
    problems.install(app)
    instruments.install(app, d.instruments)
    auth.install(app, d.access)
    app.register_api(landing_blueprint(d.language))
    app.register_api(metrics_blueprint(d.render))
    app.register_api(health_blueprint(d.not_ready))
    app.register_api(reading_blueprint(d))
    app.register_api(recording_blueprint(d.predictions, d.results))
    describe(app)
    for page in d.pages:
        app.register_blueprint(page)
    return app
