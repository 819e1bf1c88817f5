"""Notification channels: kept in SQL, in force once Alertmanager has taken them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from exporter.domain.alerts import NotificationChannel, host_of
from exporter.logs import get_logger
from exporter.messages import Language, text
from exporter.outbound.alertmanager import ConfigurationRefused, Outcome
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import channels as stored
from exporter.storage.channels import StoredChannel

_log = get_logger(__name__)


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


class Forwarding(Protocol):
    """Puts channels in force: renders, checks, writes and loads Alertmanager's configuration."""

    def apply(self, channels: Sequence[NotificationChannel]) -> Outcome:
        """Puts exactly these in force. Raises ConfigurationRefused or ValueError."""

    def left_out(self, channels: Sequence[NotificationChannel]) -> Sequence[str]:
        """Names of those that cannot send with the present settings."""


@dataclass
class Channels:
    """The channels of this installation; `check_url` refuses what webhooks may not reach.

    `check_url` tells False for a host that cannot be found from here.
    """

    database: PreparedDatabase
    forwarding: Forwarding
    check_url: Callable[[str], bool]
    now: Callable[[], int]
    language: Language
    _applied: tuple[StoredChannel, ...] | None = None
    _last: tuple[str, dict[str, object]] | None = None
    _lock: Lock = field(default_factory=Lock)

    def all(self) -> list[NotificationChannel]:
        """Every channel, by name. Raises DestinationAway."""
        return [one.channel for one in self._read()]

    def find(self, name: str) -> NotificationChannel:
        """The channel of this name. Raises UnknownChannel, DestinationAway."""
        found = {one.name: one for one in self.all()}
        if name not in found:
            raise UnknownChannel(name)
        return found[name]

    def put(self, channel: NotificationChannel) -> ChannelOutcome:
        """Keeps a channel and puts it in force; one of the same name is replaced.

        Raises ChannelRefused, PrivateDestination (nothing is kept then) and DestinationAway.
        """
        warnings = self._unreachable(channel)
        with self._lock:
            others = {one.channel.name: one for one in self._read()}
            wanted = {**others, channel.name: StoredChannel(channel, self.now())}
            applied = self._apply(wanted, channel.name) is Outcome.APPLIED
            with self.database.writing() as connection:
                stored.put_channel(connection, *wanted[channel.name])
            self._remember(wanted, applied)
        _log.info("channel_set", channel=channel.name, type=channel.type, applied=applied)
        return self._outcome(channel, applied, warnings)

    def remove(self, name: str) -> ChannelOutcome:
        """Removes a channel. Raises UnknownChannel, ChannelRefused, DestinationAway."""
        with self._lock:
            wanted = {one.channel.name: one for one in self._read()}
            if name not in wanted:
                raise UnknownChannel(name)
            gone = wanted.pop(name).channel
            applied = self._apply(wanted, name) is Outcome.APPLIED
            with self.database.writing() as connection:
                stored.remove_channel(connection, name)
            self._remember(wanted, applied)
        _log.info("channel_removed", channel=name, applied=applied)
        waits = () if applied else (self._say("removal_waits", gone),)
        return ChannelOutcome(gone, applied, waits)

    def apply_pending(self) -> bool:
        """Puts in force what is stored and not in force yet; whether all is in force then."""
        with self._lock:
            wanted = {one.channel.name: one for one in self._read()}
            if self._applied == tuple(wanted.values()):
                return True
            try:
                outcome = self._apply(wanted, "")
            except ChannelRefused as error:
                self._tell("channels_refused", reason=str(error))
                return False
            applied = outcome is Outcome.APPLIED
            self._remember(wanted, applied)
            if applied:
                self._tell("channels_applied", channels=len(wanted))
            else:
                self._tell("channels_wait", channels=len(wanted), reason=outcome.value)
            return applied

    def _read(self) -> list[StoredChannel]:
        with self.database.reading() as connection:
            return stored.read_channels(connection)

    def _apply(self, wanted: Mapping[str, StoredChannel], name: str) -> Outcome:
        try:
            return self.forwarding.apply([one.channel for one in wanted.values()])
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
        return (text("channels.unknown_host", self.language, host=host_of(channel.url)),)

    def _outcome(
        self, channel: NotificationChannel, applied: bool, warnings: tuple[str, ...]
    ) -> ChannelOutcome:
        if self.forwarding.left_out([channel]):
            warnings += (self._say("no_mail_server", channel),)
        if not applied:
            warnings += (self._say("waits", channel),)
        for warning in warnings:
            _log.warning("channel_warning", channel=channel.name, advice=warning)
        return ChannelOutcome(channel, applied, warnings)

    def _say(self, key: str, channel: NotificationChannel) -> str:
        return text(f"channels.{key}", self.language, name=repr(channel.name))
