"""Counts every answered request, by route and not by path."""

from time import perf_counter

from flask import Flask, Response, g, request

from exporter.serving.http_instruments import HttpInstruments

UNKNOWN = "unknown"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def install(app: Flask, instruments: HttpInstruments) -> None:
    """Has the application tell each answer to the instruments."""

    def begin() -> None:
        g.began = perf_counter()

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else UNKNOWN
        method = request.method if request.method in _METHODS else UNKNOWN
        instruments.observe(route, method, response.status_code, perf_counter() - g.began)
        return response

    app.before_request(begin)
    app.after_request(end)
