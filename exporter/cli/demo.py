"""`lotofacil demo`: the demonstration feed, the mail catcher, and taking the demonstration away."""

import signal
from datetime import timedelta
from pathlib import Path
from threading import Event

import click

from exporter.cli.sessions import application, read_settings
from exporter.messages import Text
from exporter.operating.demonstration import Feed, clear
from exporter.recording.destination import DestinationUnavailable
from exporter.stack.local.mail_catcher import catching_mails
from exporter.stack.local.mailbox import Mailbox
from exporter.stack.local.ports import PortTaken
from exporter.stack.local.programs import ALIVE

#: How long a feed waits before it looks for its database again, in seconds.
_PAUSE = 2.0
_CLEARED = Text(
    "A demonstração foi removida: {rows} linhas.", "The demonstration was removed: {rows} rows."
)


@click.group
def demo() -> None:
    """Show the system at work with invented data, kept apart under the game demo."""


@demo.command
@click.option(
    "--interval",
    type=click.FloatRange(0.05, 3600),
    default=5.0,
    show_default=True,
    help="Seconds between two draws.",
)
def feed(interval: float) -> None:
    """Record predictions of invented models and the results of invented draws, until stopped."""
    settings = read_settings()
    stopping = _stop_event()
    alive = settings.LOTOFACIL_DATA_DIR / ALIVE
    with application(settings, "feed") as app:
        played = Feed(app.metrics, app.tracker, app.database)
        _start(played, stopping)
        while not stopping.is_set():
            alive.touch()
            stopping.wait(interval)
            played.play(timedelta(seconds=interval / 2))


def _start(played: Feed, stopping: Event) -> None:
    """Waits for the database, which may be starting just now."""
    while not stopping.is_set():
        try:
            return played.start()
        except DestinationUnavailable as error:
            click.echo(str(error), err=True)
            stopping.wait(_PAUSE)
    return None


@demo.command
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--smtp-port", type=click.IntRange(1, 65535), default=1025, show_default=True)
@click.option("--page-port", type=click.IntRange(1, 65535), default=8025, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where mails go: data/mails.")
def mails(host: str, smtp_port: int, page_port: int, folder: Path | None) -> None:
    """Catch every mail, keep it as a file and list it on a page, until stopped."""
    stopping = _stop_event()
    settings = read_settings()
    try:
        mailbox = Mailbox(folder or settings.LOTOFACIL_DATA_DIR / "mails")
        language = settings.LOTOFACIL_LANGUAGE
        with catching_mails(mailbox, host, smtp_port, page_port, language):
            stopping.wait()
    except PortTaken as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@demo.command(name="clear")
def clear_all() -> None:
    """Take everything of the game demo out of the database; stop the feed first."""
    settings = read_settings()
    with application(settings, "demo") as app:
        rows = clear(app.database)
    click.echo(_CLEARED.to(settings.LOTOFACIL_LANGUAGE, rows=rows))


def _stop_event() -> Event:
    """An event that SIGTERM and Ctrl-C set."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
