"""`lotofacil serve`: the exporter."""

import gc
import sys

import click

from exporter.app import build, build_server, start_logs
from exporter.cli.sessions import check_data_folder, read_settings
from exporter.config import Settings
from exporter.domain.hosts import is_loopback, shown
from exporter.logs import get_logger
from exporter.serving.server import CannotListen, stop_on_signals

#: How long one thread may keep the interpreter while others wait (Python's default: 0.005).
_TURN_SECONDS = 0.0005
#: More than the objects that a few batches hold at once.
_OBJECTS_BETWEEN_COLLECTIONS = 25_000
#: How long what is under way in the database may take when the exporter stops.
_STOP_SECONDS = 3


@click.command()
@click.option("--host", help="Address to listen on, instead of EXPORTER_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of EXPORTER_PORT.")
def serve(host: str | None, port: int | None) -> None:
    """Serve /metrics, the REST API and the dashboard until it is stopped."""
    options = {"EXPORTER_HOST": host, "EXPORTER_PORT": port}
    settings = read_settings({name: value for name, value in options.items() if value is not None})
    _check_access(settings)
    check_data_folder(settings)
    try:
        _serve(settings)
    except CannotListen as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def _check_access(settings: Settings) -> None:
    open_to_others = not is_loopback(settings.EXPORTER_HOST)
    if open_to_others and not settings.EXPORTER_API_TOKEN.get_secret_value():
        raise click.UsageError(
            f"EXPORTER_HOST: {shown(settings.EXPORTER_HOST)} is reachable by others; "
            "set EXPORTER_API_TOKEN (or EXPORTER_API_TOKEN_FILE), or listen on 127.0.0.1"
        )


def _serve(settings: Settings) -> None:
    start_logs(settings, "exporter", to_stderr=True)
    app = build(settings)
    try:
        server = build_server(app)
        stop_on_signals(server)
        app.metrics.start()
        app.snapshots.repeater.start()
        app.alerts.start()
        _favour_short_requests()
        get_logger(__name__).info("exporter_started", host=settings.EXPORTER_HOST, port=server.port)
        server.run()
    finally:
        app.close(_STOP_SECONDS)
        gc.freeze()  # what was loaded since then need not be looked at on the way out either


def _favour_short_requests() -> None:
    """A batch under way must not hold a single post or a scrape up for long."""
    sys.setswitchinterval(_TURN_SECONDS)
    gc.freeze()  # what was built stays: collections and the exit need not look at it again
    # A batch makes and drops thousands of objects: collections in its midst find nothing.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 100)
