"""Gives every request its time in the database; who has gone gets none."""

from collections.abc import Iterable
from time import monotonic
from typing import Any

from flask import Flask

from exporter.storage.limits import BRIEF_SECONDS, current, limited


def install(app: Flask, seconds: float) -> None:
    """Has the application's requests take so many seconds at most, and wait briefly for locks."""
    answer = app.wsgi_app

    def within_limits(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with limited(seconds, BRIEF_SECONDS, environ.get("waitress.client_disconnected")):
            return answer(environ, start_response)

    app.wsgi_app = within_limits  # type: ignore[method-assign]  # Flask's own way


def time_is_over() -> str:
    """That this request took too long, in a sentence for who asked; empty where it did not."""
    limits = current()
    if monotonic() < limits.ends:
        return ""
    return f"this took longer than {limits.seconds:g} s and was ended; a shorter period takes less"
