"""The ready names of this package: built from the settings when first used, never at import."""

import os
from collections.abc import Callable
from functools import cache
from typing import TypeVar, cast

from werkzeug.local import LocalProxy

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.logs import LogOptions, configure_logs

Service = TypeVar("Service")


def application() -> Application:
    """The application of this process; a forked child gets its own."""
    return _application(os.getpid())


@cache
def _application(pid: int) -> Application:  # noqa: ARG001 - what it is remembered by
    settings = load_settings()
    app = build(settings, over_http=bool(settings.EXPORTER_URL))
    configure_logs(
        LogOptions(
            role="api",
            data_dir=settings.LOTOFACIL_DATA_DIR,
            level=settings.LOTOFACIL_LOG_LEVEL,
            rotation_size=settings.LOG_ROTATION_SIZE,
            to_stderr=False,
            whole_process=False,
        )
    )
    return app


def forget() -> None:
    """Closes and forgets the application, so that the next use reads the settings anew."""
    if _application.cache_info().currsize:
        application().close()
    _application.cache_clear()


def ready(choose: Callable[[Application], Service]) -> Service:
    """A stand-in for what `choose` picks, made on first use; isinstance sees through it."""
    return cast(Service, LocalProxy(lambda: choose(application())))
