"""The ready names of this package: built from the settings when first used, never at import."""

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar, cast

from werkzeug.local import LocalProxy

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.forks import on_fork
from exporter.logs import LogOptions, configure_logs

Service = TypeVar("Service")
#: What a forked child's parent made, and goes on with: kept, lest its connections be closed.
_LEFT: list[dict[Callable[[], Any], Any]] = []


class _Made:
    """What this process has made, by what made it; a forked child makes its own."""

    def __init__(self) -> None:
        self._begin()
        on_fork(self, _Made._leave)

    def _begin(self) -> None:
        self.lock = RLock()  # what is made may need another
        self.things: dict[Callable[[], Any], Any] = {}

    def _leave(self) -> None:
        _LEFT.append(self.things)
        self._begin()


_MADE = _Made()


def once(make: Callable[[], Service]) -> Callable[[], Service]:
    """What `make` gives, made on first use: once in each process, whoever comes first."""

    def made() -> Service:
        try:
            found = _MADE.things[make]
        except KeyError:
            with _MADE.lock:
                if make not in _MADE.things:
                    _MADE.things[make] = make()
                found = _MADE.things[make]
        return cast(Service, found)

    return made


def _build() -> Application:
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


_application = once(_build)


def application() -> Application:
    """The application of this process; a forked child gets its own."""
    return _application()


def forget() -> None:
    """Closes and forgets the application, so that the next use reads the settings anew."""
    with _MADE.lock:
        app = _MADE.things.get(_build)
        _MADE.things.clear()
        if app:
            app.close()


def ready(choose: Callable[[Application], Service]) -> Service:
    """A stand-in for what `choose` makes, once, on first use; isinstance sees through it."""
    return cast(Service, LocalProxy(once(lambda: choose(application()))))
