"""Where everything listens: ports chosen from the settings, and the settings that follow."""

import shlex
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from exporter.config import Settings
from exporter.stack.local.ports import HOST, Moved, Wanted, choose

EXPORTER, RETRAINER, FEED, MAILS = "exporter", "retrainer", "feed", "mails"
PROMETHEUS, ALERTMANAGER = "prometheus", "alertmanager"
#: The setting that says where each of them listens.
_PORTS = {EXPORTER: "EXPORTER_PORT", RETRAINER: "RETRAINER_PORT"}
URLS = {PROMETHEUS: "PROMETHEUS_URL", ALERTMANAGER: "ALERTMANAGER_URL"}
_SETTINGS = _PORTS | URLS
#: In the data folder: what a second shell needs to see the same system.
SETTINGS_FILE = "run.env"
_SMTP, _PAGE = "mail catcher", "mail page"
_LOOPBACK = ("localhost", "127.0.0.1")
#: Where the user has not said: nobody who tries things out wants to wait.
_PACE = {
    "EXPORTER_REFRESH_SECONDS": "1",
    "ALERT_CHECK_INTERVAL": "2",
    "ALERT_GROUP_WAIT": "1s",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Ports of what runs here by setting, and which of them had to move."""

    ports: dict[str, int]
    moved: list[Moved] = field(default_factory=list)

    def port(self, name: str) -> int:
        """Where a service listens; of the mail catcher its page."""
        return self.ports[_SETTINGS.get(name, _PAGE)]

    def url(self, name: str) -> str:
        """The address of a service."""
        return f"http://localhost:{self.port(name)}"

    def places(self) -> dict[str, str]:
        """HOST:PORT of each service that is given by a setting."""
        return {
            name: f"localhost:{self.ports[setting]}"
            for name, setting in _SETTINGS.items()
            if setting in self.ports
        }

    @property
    def smtp_port(self) -> int:
        return self.ports[_SMTP]


def is_elsewhere(settings: Settings, setting: str) -> bool:
    """Whether the user has set this URL to another machine: nothing is started for it here."""
    host = urlsplit(getattr(settings, setting)).hostname
    return setting in settings.model_fields_set and host not in _LOOPBACK


def addresses(settings: Settings, names: Collection[str]) -> Addresses:
    """Free ports for the named services; a default that is in use moves up. Raises PortTaken."""
    return Addresses(*choose(list(_wanted(settings, names))))


def _wanted(settings: Settings, names: Collection[str]) -> Iterator[Wanted]:
    chosen = settings.model_fields_set
    for name, setting in _SETTINGS.items():
        if name in names:
            place = getattr(settings, setting)
            port = place if name in _PORTS else urlsplit(place).port or 80
            yield Wanted(setting, port, setting in chosen)
    if MAILS in names:
        yield Wanted(_SMTP, 1025, chosen=False)
        yield Wanted(_PAGE, 8025, chosen=False)


def environment(settings: Settings, names: Collection[str], at: Addresses) -> dict[str, str]:
    """Settings for the programs: what was chosen here, unless the user has set it."""
    data = settings.LOTOFACIL_DATA_DIR
    chosen = {setting: str(at.port(name)) for name, setting in _PORTS.items() if name in names}
    chosen |= {setting: at.url(name) for name, setting in URLS.items() if name in names}
    defaults = {
        "DASHBOARD_URL": f"{at.url(EXPORTER)}/dashboard",
        "ALERTMANAGER_CONFIG": str(data / "alertmanager" / "alertmanager.yml"),
        **_PACE,
    }
    if RETRAINER in names:
        defaults["RETRAINER_URL"] = at.url(RETRAINER)
    if FEED in names:
        defaults["ALERT_GROUP_INTERVAL"] = "10s"
    if MAILS in names:
        chosen |= {"SMTP_SERVER": HOST, "SMTP_PORT": str(at.smtp_port), "SMTP_REQUIRE_TLS": "false"}
        defaults["ALERT_EMAIL_TO"] = "operador@localhost"
    unset = {name: text for name, text in defaults.items() if name not in settings.model_fields_set}
    return chosen | unset


@contextmanager
def settings_file(path: Path, chosen: Mapping[str, str]) -> Iterator[None]:
    """While this lasts, what was chosen stands in a file that a shell can read."""
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in sorted(chosen.items()))
    path.write_text("".join(lines), "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
