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
from exporter.messages import Language, Text
from exporter.stack.local.addresses import (
    ALERTMANAGER,
    EXPORTER,
    FEED,
    MAILS,
    PROMETHEUS,
    RETRAINER,
    SETTINGS_FILE,
    URLS,
    Addresses,
    addresses,
    environment,
    is_elsewhere,
    settings_file,
)
from exporter.stack.local.configuration import DEMO_HOLD, write_alertmanager, write_prometheus
from exporter.stack.local.ports import PortTaken
from exporter.stack.local.programs import ROOT, Programs, find_server
from exporter.stack.local.supervisor import Supervisor

NAMES = (EXPORTER, RETRAINER, PROMETHEUS, ALERTMANAGER, MAILS, FEED)
_STARTING = Text(
    "O sistema inteiro está subindo nesta máquina; Ctrl-C encerra tudo.",
    "The whole system is starting on this machine; Ctrl-C ends all of it.",
)
_MOVED = Text(
    "porta {default} em uso: {setting} passa a {port}",
    "port {default} is in use: {setting} becomes {port}",
)
_MISSING = Text(
    "{name} não encontrado: scripts/fetch-servers o traz (ou instale-o); o resto roda sem ele",
    "{name} not found: scripts/fetch-servers brings it (or install it); the rest runs without",
)
_ELSEWHERE = Text(
    "{setting}={url}: é usado esse; nenhum é iniciado aqui",
    "{setting}={url}: that one is used; none is started here",
)
_OWN_MAIL = Text(
    "SMTP_SERVER={server}: os e-mails vão para lá, sem caixa local",
    "SMTP_SERVER={server}: mails go there, without a local box",
)
_ANOTHER = Text(
    "Já há um `lotofacil run` com a pasta {folder}: encerre-o ou mude LOTOFACIL_DATA_DIR.",
    "`lotofacil run` has the folder {folder} already: end it or set LOTOFACIL_DATA_DIR.",
)
_READY = Text("✓ {name} pronto ({seconds:.1f} s)", "✓ {name} ready ({seconds:.1f} s)")
_ALL_READY = Text(
    "Tudo pronto. A demonstração grava no jogo {game}: `lotofacil demo clear` a remove.",
    "All ready. The demonstration records as game {game}: `lotofacil demo clear` removes it.",
)
_ENDED = Text(
    "✗ {name} parou (código {code}); nova tentativa em {pause:g} s; veja {log}",
    "✗ {name} ended (code {code}); trying again in {pause:g} s; see {log}",
)
_STOPPED = Text("Encerrado em {seconds:.1f} s.", "Stopped in {seconds:.1f} s.")


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
        message = _ANOTHER.to(settings.LOTOFACIL_LANGUAGE, folder=session.data)
        raise click.ClickException(message) from None
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

    def _say(self, text: Text, **values: object) -> None:
        click.echo(text.to(self._language, **values))

    def run(self, without: Iterable[str]) -> None:
        """Starts everything and returns when it was told to stop and all has ended."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._say(_STARTING)
        names = [name for name in NAMES if name not in without and self._is_for_here(name)]
        at = addresses(self._settings, names)
        for moved in at.moved:
            self._say(_MOVED, setting=moved.setting, default=moved.default, port=moved.port)
        chosen = environment(self._settings, names, at)
        self._configure(names, at, read_settings(chosen))
        programs = Programs(self._settings, at, chosen).make(names)
        self._show(at, names)
        self._waiting = set(names)
        with settings_file(self.data / SETTINGS_FILE, chosen):
            self._supervise(Supervisor(programs, self._logs, self))

    def _is_for_here(self, name: str) -> bool:
        """Whether this is started here; says why not."""
        setting = URLS.get(name)
        if setting and is_elsewhere(self._settings, setting):
            self._say(_ELSEWHERE, setting=setting, url=redact(getattr(self._settings, setting)))
            return False
        if setting and find_server(name) is None:
            self._say(_MISSING, name=name)
            return False
        if name == MAILS and self._settings.SMTP_SERVER:
            self._say(_OWN_MAIL, server=self._settings.SMTP_SERVER)
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
        self._say(_STOPPED, seconds=time.monotonic() - asked[0])

    def ready(self, name: str, seconds: float) -> None:
        """The supervisor's word that a program is ready."""
        self._say(_READY, name=name, seconds=seconds)
        if name in self._waiting:
            self._waiting.remove(name)
            if not self._waiting:
                self._say(_ALL_READY, game=DEMO.name)

    def ended(self, name: str, code: int, pause: float) -> None:
        """The supervisor's word that a program ended by itself."""
        self._say(_ENDED, name=name, code=code, pause=pause, log=self._logs / f"{name}.log")

    def _show(self, at: Addresses, names: Iterable[str]) -> None:
        places = [(title.to(self._language), place) for title, place in self._places(at, names)]
        for line in aligned(places):
            click.echo(f"  {line}")

    def _places(self, at: Addresses, names: Iterable[str]) -> Iterator[tuple[Text, str]]:
        """What to look at, and where."""
        yield Text("Exportador (métricas)", "Exporter (metrics)"), f"{at.url(EXPORTER)}/metrics"
        yield Text("Painel", "Dashboard"), f"{at.url(EXPORTER)}/dashboard"
        yield (
            Text("Resumo (API REST)", "Summary (REST API)"),
            f"{at.url(EXPORTER)}/api/metrics/summary",
        )
        if RETRAINER in names:
            yield Text("Retreinador", "Retrainer"), at.url(RETRAINER)
        if PROMETHEUS in names:
            yield Text("Prometheus", "Prometheus"), at.url(PROMETHEUS)
            yield (
                Text("Alertas (Prometheus)", "Alerts (Prometheus)"),
                f"{at.url(PROMETHEUS)}/api/v1/alerts",
            )
        if ALERTMANAGER in names:
            yield Text("Alertmanager", "Alertmanager"), f"{at.url(ALERTMANAGER)}/api/v2/alerts"
        if MAILS in names:
            yield (
                Text("E-mails recebidos", "Received mails"),
                f"{at.url(MAILS)} ({self.data / MAILS})",
            )
        yield (
            Text("Banco de dados", "Database"),
            make_url(self._settings.database).render_as_string(hide_password=True),
        )
        yield Text("Logs", "Logs"), str(self._logs)
        yield (
            Text("Ajustes, para outro terminal", "Settings, for another shell"),
            str(self.data / SETTINGS_FILE),
        )
