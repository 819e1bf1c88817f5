"""`lotofacil run`: the whole system on this machine, until Ctrl-C."""

import re
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from threading import Event

import click
from filelock import FileLock, Timeout
from sqlalchemy.engine import make_url

from exporter.cli.sessions import read_settings
from exporter.cli.tables import aligned
from exporter.config import Settings
from exporter.domain.definitions import DEMO
from exporter.logs import redact
from exporter.messages import Language, text
from exporter.stack.local.addresses import (
    ALERTMANAGER,
    EXPORTER,
    FEED,
    MAILS,
    PROMETHEUS,
    RETRAINER,
    SETTINGS_FILE,
    Addresses,
    addresses,
    environment,
    is_elsewhere,
    settings_file,
)
from exporter.stack.local.configuration import (
    DEMO_HOLD,
    write_alertmanager,
    write_prometheus,
)
from exporter.stack.local.ports import PortTaken
from exporter.stack.local.programs import ROOT, Programs, find_server
from exporter.stack.local.supervisor import Supervisor

NAMES = (EXPORTER, RETRAINER, PROMETHEUS, ALERTMANAGER, MAILS, FEED)
_URLS = {PROMETHEUS: "PROMETHEUS_URL", ALERTMANAGER: "ALERTMANAGER_URL"}


def _duration(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if value and not re.fullmatch(r"([1-9][0-9]*(ms|s|m|h|d))+", value):
        raise click.BadParameter(f"{value!r} must be a duration such as 30s or 5m")
    return value


@click.command
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(NAMES[1:]),
    help="Leave this out (again for more): feed leaves the demonstration out.",
)
@click.option(
    "--hold",
    metavar="DURATION",
    callback=_duration,
    default="",
    help=f"How long conditions of alerts must last, such as 30s; {DEMO_HOLD} with the feed.",
)
def run(without: tuple[str, ...], hold: str) -> None:
    """Run the whole system on this machine until Ctrl-C.

    Exporter, retrainer, Prometheus, Alertmanager, a mail box and a demonstration feed.
    A default port that is in use moves to the next free one; a port you have set does not.
    """
    settings = read_settings()
    session = _Session(settings, hold)
    try:
        with FileLock(session.data / "run.lock", timeout=0):
            session.run(without)
    except Timeout:
        raise click.ClickException(session.text("another", folder=session.data)) from None
    except PortTaken as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


class _Session:
    """One run, and the words it says."""

    def __init__(self, settings: Settings, hold: str) -> None:
        self._hold = hold
        self.data = settings.LOTOFACIL_DATA_DIR
        self._settings = settings
        self._language: Language = settings.LOTOFACIL_LANGUAGE
        self._logs = self.data / "logs"
        self._waiting: set[str] = set()

    def text(self, key: str, **values: object) -> str:
        return text(f"run.{key}", self._language, **values)

    def _say(self, key: str, **values: object) -> None:
        click.echo(self.text(key, **values))

    def run(self, without: Iterable[str]) -> None:
        """Starts everything and returns when it was told to stop and all has ended."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._say("starting")
        names = [name for name in NAMES if name not in without and self._is_for_here(name)]
        at = addresses(self._settings, names)
        for moved in at.moved:
            self._say("moved", setting=moved.setting, default=moved.default, port=moved.port)
        given = environment(self._settings, names, at)
        self._configure(names, at, read_settings(given))
        made = Programs(self._settings, at, given).make(names)
        self._show(at, names)
        self._waiting = set(names)
        with settings_file(self.data / SETTINGS_FILE, given):
            self._supervise(Supervisor(made, self._logs, self))

    def _is_for_here(self, name: str) -> bool:
        """Whether this is started here; says why not."""
        setting = _URLS.get(name)
        if setting and is_elsewhere(self._settings, setting):
            self._say("elsewhere", setting=setting, url=redact(getattr(self._settings, setting)))
            return False
        if setting and find_server(name) is None:
            self._say("missing", name=name)
            return False
        if name == MAILS and self._settings.SMTP_SERVER:
            self._say("own_mail", server=self._settings.SMTP_SERVER)
            return False
        return True

    def _configure(self, names: Collection[str], at: Addresses, settings: Settings) -> None:
        if PROMETHEUS in names:
            hold = self._hold or (DEMO_HOLD if FEED in names else "")
            write_prometheus(ROOT, self.data / PROMETHEUS, at, settings, hold)
        if ALERTMANAGER in names:
            write_alertmanager(settings.ALERTMANAGER_CONFIG, settings)

    def _supervise(self, supervisor: Supervisor) -> None:
        stopping = Event()
        asked: list[float] = []

        def stop(*_: object) -> None:
            asked.append(time.monotonic())
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        supervisor.run(stopping)
        self._say("stopped", seconds=time.monotonic() - asked[0])

    def ready(self, name: str, seconds: float) -> None:
        """The supervisor's word that a program is ready."""
        self._say("ready", name=name, seconds=seconds)
        if name in self._waiting:
            self._waiting.remove(name)
            if not self._waiting:
                self._say("all_ready", game=DEMO.name)

    def ended(self, name: str, code: int, pause: float) -> None:
        """The supervisor's word that a program ended by itself."""
        self._say("ended", name=name, code=code, pause=pause, log=self._logs / f"{name}.log")

    def _show(self, at: Addresses, names: Iterable[str]) -> None:
        for line in aligned([(self.text(key), place) for key, place in self._places(at, names)]):
            click.echo(f"  {line}")

    def _places(self, at: Addresses, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What to look at, and where."""
        yield "exporter", f"{at.exporter()}/metrics"
        yield "dashboard", f"{at.exporter()}/dashboard"
        yield "rest", f"{at.exporter()}/api/metrics/summary"
        if RETRAINER in names:
            yield "retrainer", at.retrainer()
        if PROMETHEUS in names:
            yield "prometheus", at.prometheus()
            yield "alerts", f"{at.prometheus()}/api/v1/alerts"
        if ALERTMANAGER in names:
            yield "alertmanager", f"{at.alertmanager()}/api/v2/alerts"
        if MAILS in names:
            yield "mails", f"{at.mails()} ({self.data / MAILS})"
        yield "database", make_url(self._settings.database).render_as_string(hide_password=True)
        yield "logs", str(self._logs)
        yield "settings", str(self.data / SETTINGS_FILE)
