"""The retrainer as a service: `lotofacil-retrainer`, or `python -m retrainer`."""

import gc
import logging
import sys
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.config import InvalidSettings, Settings, load_settings
from exporter.domain.hosts import is_loopback, shown
from exporter.logs import LogOptions, configure_logs, get_logger
from exporter.serving.lanes import MONITORING, Lane
from exporter.serving.server import CannotListen, Server, stop_on_signals
from exporter.serving.terms import Allowance, Terms
from exporter.storage.engine import create_engine_for
from exporter.storage.migrate import MigrationBusy, UnknownSchema, upgrade
from exporter.storage.watchdog import end_all, hurry
from retrainer.assembly import Retrainer, assemble, folder
from retrainer.command import InvalidCommand
from retrainer.web import MAX_BODY

#: How long what is under way in the database may take when the retrainer stops.
_STOP_SECONDS = 3
_log = get_logger(__name__)


def main() -> int:
    """Runs until SIGTERM or Ctrl-C. 2: unusable settings; 1: something is in the way."""
    try:
        settings = load_settings()
        _check_host(settings)
        engine = create_engine_for(settings.database, settings.SPOOL_SYNC)
        retrainer = assemble(settings, engine, settings.games)
    except (InvalidSettings, InvalidCommand) as error:
        return _fail(str(error), 2)
    try:
        return _run(settings, engine, retrainer)
    except CannotListen as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"{error.filename or _address(settings)}: {error.strerror}", 1)
    except (UnknownSchema, MigrationBusy) as error:
        return _fail(f"database: {error}", 1)
    finally:
        end_all(engine)
        engine.dispose()
        gc.freeze()  # else Python searches all its modules for garbage on the way out: 0.6 s


def _run(settings: Settings, engine: Engine, retrainer: Retrainer) -> int:
    _configure_logs(settings)
    server = _server(settings, retrainer)
    stop_on_signals(server, partial(hurry, engine, _STOP_SECONDS))
    _migrate(engine)
    retrainer.background.start()
    if not retrainer.background.works_here():
        return _fail(f"another retrainer works in {folder(settings)}", 1)
    _log.info("retrainer_started", address=server.address)
    try:
        server.run()
    finally:
        retrainer.background.stop()
        _log.info("retrainer_stopped")
    return 0


def _server(settings: Settings, retrainer: Retrainer) -> Server:
    return Server(
        retrainer.app,
        settings.RETRAINER_HOST,
        settings.RETRAINER_PORT,
        (MONITORING, Lane(("/",), 4)),
        Terms(Allowance.of(settings, MAX_BODY), retrainer.gate, retrainer.traffic),
    )


def _migrate(engine: Engine) -> None:
    try:
        upgrade(engine)
    except SQLAlchemyError as error:  # the worker tries again; until then /-/ready says so
        _log.warning("database_away_at_start", error=str(error).partition("\n")[0])


def _configure_logs(settings: Settings) -> None:
    configure_logs(
        LogOptions(
            role="retrainer",
            data_dir=settings.LOTOFACIL_DATA_DIR,
            level=settings.LOTOFACIL_LOG_LEVEL,
            rotation_size=settings.LOG_ROTATION_SIZE,
        )
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it speaks at every look at the schema


def _check_host(settings: Settings) -> None:
    open_to_others = not is_loopback(settings.RETRAINER_HOST)
    if open_to_others and not settings.RETRAINER_TOKEN.get_secret_value():
        host = shown(settings.RETRAINER_HOST)
        raise InvalidSettings(f"RETRAINER_TOKEN: needed to listen on {host}, beyond loopback")


def _address(settings: Settings) -> str:
    return f"{shown(settings.RETRAINER_HOST)}:{settings.RETRAINER_PORT}"


def _fail(lines: str, code: int) -> int:
    print(lines, file=sys.stderr)  # noqa: T201 - before and after there are logs
    return code


if __name__ == "__main__":
    sys.exit(main())
