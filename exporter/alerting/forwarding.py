"""Puts notification channels in force: rendered, checked, written, loaded, and looked up again."""

from collections.abc import Sequence
from hashlib import blake2b

import yaml

from exporter.alerting.alertmanager_file import CONFIGURATION, can_send, configuration_files
from exporter.config import Settings
from exporter.domain.alerts import NotificationChannel
from exporter.domain.hosts import local_url
from exporter.logs import get_logger
from exporter.outbound.alertmanager import (
    Alertmanager,
    AlertmanagerAway,
    ConfigOutcome,
    apply_configuration,
)

HISTORY_PATH = "/api/alerts/notifications"
_MARK = "configuration "
_log = get_logger(__name__)


class AlertmanagerForwarding:
    """The way from channels to the Alertmanager that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server = Alertmanager(settings.ALERTMANAGER_URL)

    def files(self, channels: Sequence[NotificationChannel]) -> dict[str, str]:
        """The configuration that these channels ask for, by path below its folder; a secret."""
        url = history_url(self._settings)
        files = configuration_files(self._settings, channels, history_url=url)
        return files | {CONFIGURATION: _marked(files[CONFIGURATION])}

    def apply(self, channels: Sequence[NotificationChannel]) -> ConfigOutcome:
        """Puts exactly these in force. Raises ConfigurationRefused or ValueError.

        ELSEWHERE: a process beside the Alertmanager that answers has to do this.
        """
        files = self.files(channels)
        path, text = self._settings.ALERTMANAGER_CONFIG, files.pop(CONFIGURATION)
        mode = int(self._settings.ALERTMANAGER_CONFIG_MODE, 8)
        try:
            outcome = apply_configuration(path, text, self._server, beside=files, mode=mode)
        except OSError as error:
            _log.warning("configuration_not_written", path=str(path), reason=error.strerror)
            return ConfigOutcome.UNWRITTEN
        is_elsewhere = outcome is ConfigOutcome.APPLIED and not self.is_loaded(text)
        return ConfigOutcome.ELSEWHERE if is_elsewhere else outcome

    def can_send(self, channel: NotificationChannel) -> bool:
        """Whether it can send with the present settings."""
        return can_send(self._settings, channel)

    def has_in_force(self, channels: Sequence[NotificationChannel]) -> bool:
        """Whether Alertmanager runs with exactly these channels and settings."""
        return self.is_loaded(self.files(channels)[CONFIGURATION])

    def is_loaded(self, text: str) -> bool:
        """Whether Alertmanager has this configuration in force."""
        try:
            loaded = self._server.status()["config"]["original"]
        except AlertmanagerAway:
            return False
        return _mark(loaded) == _mark(text)


def history_url(settings: Settings) -> str:
    """Where Alertmanager tells the exporter of every alert."""
    own = settings.ALERT_HISTORY_URL or local_url(settings.EXPORTER_HOST, settings.EXPORTER_PORT)
    return f"{own.rstrip('/')}{HISTORY_PATH}"


def _marked(text: str) -> str:
    """The configuration with a receiver that nobody uses, named after what stands in it.

    Alertmanager shows its configuration with secrets masked and defaults filled in: by this
    name it can be told whether it is ours.
    """
    config = yaml.safe_load(text)
    digest = blake2b(text.encode(), digest_size=8).hexdigest()
    config["receivers"].append({"name": f"{_MARK}{digest}"})
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    return head + yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100)


def _mark(text: str) -> list[str]:
    config = yaml.safe_load(text) or {}
    names = [str(receiver["name"]) for receiver in config.get("receivers", [])]
    return [name for name in names if name.startswith(_MARK)]
