"""Notification channels: kept in SQL, in force once Alertmanager has taken them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from exporter.alerting.forwarding import AlertmanagerForwarding
from exporter.domain.alerts import NotificationChannel, host_of
from exporter.logs import get_logger
from exporter.messages import Language, Text
from exporter.outbound.alertmanager import ConfigOutcome, ConfigurationRefused
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.named_rows import CHANNELS, StoredChannel

_log = get_logger(__name__)
_UNKNOWN_HOST = Text(
    "O endereço {host} não foi encontrado a partir desta máquina: confira se está certo.",
    "The host {host} cannot be found from this machine: see whether it is right.",
)
_WAITS = Text(
    """O Alertmanager não responde, ou lê outro arquivo: o canal {name} foi guardado e passa a
    valer quando o exportador o alcançar.""",
    """Alertmanager does not answer, or reads another file: the channel {name} was kept, and is in
    force once the exporter reaches it.""",
)
_REMOVAL_WAITS = Text(
    """O Alertmanager não responde, ou lê outro arquivo: o canal {name} foi removido e deixa de
    valer quando o exportador o alcançar.""",
    """Alertmanager does not answer, or reads another file: the channel {name} was removed, and is
    in force until the exporter reaches it.""",
)
_NO_MAIL_SERVER = Text(
    "SMTP_SERVER não está definido: o canal {name} foi guardado e não envia nada até lá.",
    "SMTP_SERVER is not set: the channel {name} was kept and sends nothing until it is.",
)


class UnknownChannel(LookupError):
    """No channel has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(f"channel: there is none named {name!r}")


class ChannelRefused(ValueError):
    """Alertmanager does not take the channel: it was not kept, and all is as before."""


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """What a call did: `applied` once Alertmanager has it; `warnings` say what is missing."""

    channel: NotificationChannel
    applied: bool
    warnings: tuple[str, ...] = ()


@dataclass
class Channels:
    """The channels of this installation; `check_url` refuses what webhooks may not reach.

    `check_url` tells False for a host that cannot be found from here.
    """

    database: PreparedDatabase
    forwarding: AlertmanagerForwarding
    check_url: Callable[[str], bool]
    now: Callable[[], int]
    language: Language
    _applied: tuple[StoredChannel, ...] | None = None
    _last: tuple[str, dict[str, object]] | None = None
    _lock: Lock = field(default_factory=Lock)

    def all(self) -> list[NotificationChannel]:
        """Every channel, by name. Raises DestinationUnavailable."""
        return [row.channel for row in self._by_name().values()]

    def find(self, name: str) -> NotificationChannel:
        """The channel of this name. Raises UnknownChannel, DestinationUnavailable."""
        rows = self._by_name()
        if name not in rows:
            raise UnknownChannel(name)
        return rows[name].channel

    def put(self, channel: NotificationChannel) -> ChannelOutcome:
        """Keeps a channel and puts it in force; one of the same name is replaced.

        Raises ChannelRefused, PrivateDestination (nothing is kept then) and DestinationUnavailable.
        """
        warnings = self._unreachable(channel)
        with self._lock:
            wanted = {**self._by_name(), channel.name: StoredChannel(channel, self.now())}
            applied = self._apply(wanted, channel.name) is ConfigOutcome.APPLIED
            with self.database.writing() as connection:
                CHANNELS.put(connection, channel.name, *wanted[channel.name])
            self._remember(wanted, applied)
        _log.info("channel_set", channel=channel.name, type=channel.type, applied=applied)
        return self._outcome(channel, applied, warnings)

    def remove(self, name: str) -> ChannelOutcome:
        """Removes a channel. Raises UnknownChannel, ChannelRefused, DestinationUnavailable."""
        with self._lock:
            wanted = self._by_name()
            if name not in wanted:
                raise UnknownChannel(name)
            removed = wanted.pop(name).channel
            applied = self._apply(wanted, name) is ConfigOutcome.APPLIED
            with self.database.writing() as connection:
                CHANNELS.remove(connection, name)
            self._remember(wanted, applied)
        _log.info("channel_removed", channel=name, applied=applied)
        waits = () if applied else (self._say(_REMOVAL_WAITS, removed),)
        return ChannelOutcome(removed, applied, waits)

    def apply_pending(self) -> bool:
        """Puts in force what is stored and not in force yet; whether all is in force then."""
        with self._lock:
            wanted = self._by_name()
            if self._applied == tuple(wanted.values()):
                return True
            try:
                outcome = self._apply(wanted, "")
            except ChannelRefused as error:
                self._tell("channels_refused", reason=str(error))
                return False
            applied = outcome is ConfigOutcome.APPLIED
            self._remember(wanted, applied)
            if applied:
                self._tell("channels_applied", channels=len(wanted))
            else:
                self._tell("channels_wait", channels=len(wanted), reason=outcome.value)
            return applied

    def _by_name(self) -> dict[str, StoredChannel]:
        with self.database.reading() as connection:
            return CHANNELS.read(connection)

    def _apply(self, wanted: Mapping[str, StoredChannel], name: str) -> ConfigOutcome:
        try:
            return self.forwarding.apply([row.channel for row in wanted.values()])
        except ConfigurationRefused as error:
            raise ChannelRefused(f"channel {name!r}: Alertmanager refuses it: {error}") from None
        except ValueError as error:
            raise ChannelRefused(str(error)) from None

    def _remember(self, wanted: Mapping[str, StoredChannel], applied: bool) -> None:
        by_name = tuple(wanted[name] for name in sorted(wanted))
        self._applied = by_name if applied else None

    def _tell(self, event: str, **fields: object) -> None:
        """Once for each change: the check is repeated every minute.

        Without channels nobody waits: that no Alertmanager is there is then no warning.
        """
        if (event, fields) != self._last:
            is_calm = event == "channels_applied" or fields.get("channels") == 0
            (_log.info if is_calm else _log.warning)(event, **fields)
        self._last = event, fields

    def _unreachable(self, channel: NotificationChannel) -> tuple[str, ...]:
        if not channel.url or self.check_url(channel.url):
            return ()
        return (_UNKNOWN_HOST.to(self.language, host=host_of(channel.url)),)

    def _outcome(
        self, channel: NotificationChannel, applied: bool, warnings: tuple[str, ...]
    ) -> ChannelOutcome:
        if not self.forwarding.can_send(channel):
            warnings += (self._say(_NO_MAIL_SERVER, channel),)
        if not applied:
            warnings += (self._say(_WAITS, channel),)
        for warning in warnings:
            _log.warning("channel_warning", channel=channel.name, advice=warning)
        return ChannelOutcome(channel, applied, warnings)

    def _say(self, text: Text, channel: NotificationChannel) -> str:
        return text.to(self.language, name=repr(channel.name))
