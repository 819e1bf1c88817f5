"""The ready names of this package: built from the settings when first used, never at import."""

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar, cast

from exporter.app import Application, build, start_logs
from exporter.config import load_settings
from exporter.forks import on_fork

Service = TypeVar("Service")
#: What a forked child's parent made, and goes on with: kept, lest its connections be closed.
_LEFT: list[dict[Callable[[], Any], Any]] = []


class _Services:
    """What this process has made, by what made it; a forked child makes its own."""

    def __init__(self) -> None:
        self._begin()
        on_fork(self, _Services._leave)

    def _begin(self) -> None:
        self.lock = RLock()  # what is made may need another
        self.services: dict[Callable[[], Any], Any] = {}

    def _leave(self) -> None:
        _LEFT.append(self.services)
        self._begin()

    def once(self, make: Callable[[], Service]) -> Service:
        """What `make` gives: once in each process, whoever comes first."""
        try:
            service = self.services[make]
        except KeyError:
            with self.lock:
                if make not in self.services:
                    self.services[make] = make()
                service = self.services[make]
        return cast(Service, service)


_SERVICES = _Services()


class _StandIn:
    """Is to whoever uses it what `make` gives, made on first use; isinstance sees through it."""

    def __init__(self, make: Callable[[], object]) -> None:
        object.__setattr__(self, "make", make)

    def __getattribute__(self, name: str) -> Any:
        return getattr(behind(self), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(behind(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(behind(self), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return behind(self)(*arguments, **named)

    def __repr__(self) -> str:
        return repr(behind(self))

    def __dir__(self) -> list[str]:
        return dir(behind(self))


def ready(choose: Callable[[Application], Service]) -> Service:
    """Stands for what `choose` makes, once in each process, on first use."""
    return cast(Service, _StandIn(lambda: choose(application())))


def behind(name: object) -> Any:
    """What a ready name stands for."""
    return _SERVICES.once(object.__getattribute__(name, "make"))


def application() -> Application:
    """The application of this process; a forked child gets its own."""
    return _SERVICES.once(_build)


def _build() -> Application:
    settings = load_settings()
    app = build(settings, over_http=bool(settings.EXPORTER_URL))
    start_logs(settings, "api", whole_process=False)
    return app


def forget() -> None:
    """Closes and forgets the application, so that the next use reads the settings anew."""
    with _SERVICES.lock:
        app = _SERVICES.services.get(_build)
        _SERVICES.services.clear()
        if app:
            app.close()
