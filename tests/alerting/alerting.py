"""An alert system over a database, with an Alertmanager that tests play."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from exporter.alerting.alert_channels import Channels
from exporter.alerting.alert_system import AlertSystem
from exporter.alerting.forwarding import AlertmanagerForwarding
from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.alerts import NotificationChannel
from exporter.domain.definitions import KNOWN_GAMES
from exporter.messages import Language
from exporter.outbound.alertmanager import ConfigOutcome, ConfigurationRefused
from exporter.outbound.destinations import Destinations
from exporter.recording.prepared_database import PreparedDatabase


@dataclass
class PlayedForwarding(AlertmanagerForwarding):
    """Takes channels as it is told to; `applied` is what it took last."""

    outcome: ConfigOutcome = ConfigOutcome.APPLIED
    refusal: str = ""
    mail_works: bool = True
    applied: list[list[str]] = field(default_factory=list)

    def apply(self, channels: Sequence[NotificationChannel]) -> ConfigOutcome:
        if self.refusal:
            raise ConfigurationRefused(self.refusal)
        self.applied.append([one.name for one in channels])
        return self.outcome

    def can_send(self, channel: NotificationChannel) -> bool:
        return channel.type != "email" or self.mail_works


@dataclass
class Clock:
    """Each look is a microsecond later."""

    micros: int = 1_000_000

    def __call__(self) -> int:
        self.micros += 1
        return self.micros


def channels_of(engine: Engine, forwarding: PlayedForwarding) -> Channels:
    check = Destinations(allow_loopback=True).check
    return Channels(PreparedDatabase(engine), forwarding, check, Clock(), Language.EN)


def alert_system(engine: Engine, forwarding: PlayedForwarding) -> AlertSystem:
    channels = channels_of(engine, forwarding)
    adviser = ThresholdAdviser(KNOWN_GAMES, Language.EN)

    def upkeep() -> None:
        channels.apply_pending()

    return AlertSystem(PreparedDatabase(engine), channels, adviser, Clock(), upkeep, 0.01)
