"""The ready names of this package: built from the settings when first used, never at import."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar, cast

from werkzeug.local import LocalProxy

from exporter.app import Application, build
from exporter.config import load_settings

Service = TypeVar("Service")


@cache
def application() -> Application:
    """The application of this process; `application.cache_clear()` forgets it."""
    return build(load_settings())


def ready(choose: Callable[[Application], Service]) -> Service:
    """A stand-in for what `choose` picks, made on first use; isinstance sees through it."""
    return cast(Service, LocalProxy(lambda: choose(application())))
