"""`metrics_api`: the REST API as a WSGI application, for a server of the user's own."""

from flask import Flask

from api.container import ready
from exporter.app import build_web

metrics_api: Flask = ready(build_web)

__all__ = ["metrics_api"]
