"""An alert system over a database, with an Alertmanager that tests play."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from exporter.domain.alerts import NotificationChannel
from exporter.domain.definitions import KNOWN_GAMES
from exporter.messages import Language
from exporter.outbound.alertmanager import ConfigurationRefused, Outcome
from exporter.outbound.destinations import Destinations
from exporter.services.alert_channels import Channels
from exporter.services.alert_system import AlertSystem
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.threshold_advice import ThresholdAdviser


@dataclass
class PlayedForwarding:
    """Takes channels as it is told to; `applied` is what it took last."""

    outcome: Outcome = Outcome.APPLIED
    refusal: str = ""
    mail_works: bool = True
    applied: list[list[str]] = field(default_factory=list)

    def apply(self, channels: Sequence[NotificationChannel]) -> Outcome:
        if self.refusal:
            raise ConfigurationRefused(self.refusal)
        self.applied.append([one.name for one in channels])
        return self.outcome

    def left_out(self, channels: Sequence[NotificationChannel]) -> Sequence[str]:
        return [one.name for one in channels if one.type == "email" and not self.mail_works]


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
