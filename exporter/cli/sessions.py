"""What commands that record share: settings, logs to a file, an application that is closed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

import click

from exporter.app import Application, build, start_logs
from exporter.config import InvalidSettings, Settings, load_settings
from exporter.recording.destination import DestinationUnavailable


def read_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings; unusable ones end the command with a line for each."""
    try:
        return load_settings(overrides)
    except InvalidSettings as error:
        raise click.UsageError(str(error)) from None


def check_data_folder(settings: Settings) -> None:
    """Makes the data folder; one that cannot be written in ends the command with one line."""
    folder = settings.LOTOFACIL_DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"LOTOFACIL_DATA_DIR: cannot write in {folder}: {error.strerror}"
        raise click.ClickException(reason) from None


@contextmanager
def application(settings: Settings, role: str) -> Iterator[Application]:
    """The application, which logs as `role` to its file only, since the screen is the command's.

    A destination that is away, or a file in the way, ends the command with one line.
    """
    check_data_folder(settings)
    app = build(settings, over_http=bool(settings.EXPORTER_URL))
    try:
        start_logs(settings, role)
        yield app
    except DestinationUnavailable as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        if error.filename is None:
            raise
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    finally:
        app.close()
