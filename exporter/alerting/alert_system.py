"""The documented Alert System: rules that are watched, and channels that are told.

Prometheus evaluates the rules and Alertmanager sends; what stands here is kept in SQL, from
where the exporter publishes it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from exporter.alerting.alert_channels import ChannelOutcome, Channels
from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.alerts import AlertRule, NotificationChannel, webhook_channel
from exporter.domain.games import UnknownGame
from exporter.domain.statistics.thresholds import Advice
from exporter.logs import get_logger
from exporter.recording.prepared_database import PreparedDatabase
from exporter.repeater import Repeater
from exporter.storage.limits import limited
from exporter.storage.named_rows import RULES

_log = get_logger(__name__)
#: What a check may take in the database.
_CHECK_SECONDS = 120


class UnknownRule(LookupError):
    """No alert rule has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(f"rule: there is none named {name!r}")


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What a call did. `advice`: how the rule does at chance, None where chance says nothing."""

    rule: AlertRule
    replaced: bool
    advice: Advice | None
    warnings: tuple[str, ...] = ()


class AlertSystem:
    """Rules and channels, and a check in the background.

    `check` is what is done every `interval` seconds while it runs; what it raises is logged and
    counted, and the next one tries again.
    """

    def __init__(
        self,
        database: PreparedDatabase,
        channels: Channels,
        adviser: ThresholdAdviser,
        now: Callable[[], int],
        check: Callable[[], None],
        interval: float,
    ) -> None:
        self.channels = channels
        self._database = database
        self._adviser = adviser
        self._now = now
        limited_check = limited(_CHECK_SECONDS)(check)
        self._checks = Repeater("lotofacil-alerts", limited_check, _log_broken_check, interval)

    def start(self) -> None:
        """Checks in the background whether stored channels are in force; again is harmless."""
        self._checks.start()

    def stop(self) -> None:
        """Ends what `start` began. Prometheus and Alertmanager go on without this process."""
        self._checks.stop(2)  # it may be calling Alertmanager

    def is_running(self) -> bool:
        """Whether the check runs in the background."""
        return self._checks.is_running()

    def failed_checks(self) -> int:
        """How many checks broke since this process started."""
        return self._checks.failures

    def add_rule(self, rule: AlertRule) -> RuleOutcome:
        """Keeps a rule; one of the same name is replaced. It is watched from the next snapshot on.

        The answer warns of a threshold that chance alone breaks. Raises ValueError for what is
        no AlertRule or names an unknown game, DestinationUnavailable when the database is away.
        """
        if not isinstance(rule, AlertRule):
            raise ValueError(f"rule: {rule!r} is not an AlertRule")  # noqa: TRY004 - documented
        advice = self._advice(rule)
        with self._database.writing() as connection:
            replaced = RULES.put(connection, rule.name, rule, self._now())
        _log.info("alert_rule_set", rule=rule.name, metric_type=rule.metric_type)
        warnings = self._adviser.warnings(rule, advice)
        for warning in warnings:
            _log.warning("alert_rule_noisy", rule=rule.name, advice=warning)
        return RuleOutcome(rule, replaced, advice, warnings)

    def _advice(self, rule: AlertRule) -> Advice | None:
        try:
            self._adviser.game_of(rule)
        except UnknownGame as error:
            raise ValueError(f"game: {error}") from None
        return self._adviser.advice(rule)

    def list_rules(self) -> list[AlertRule]:
        """Every rule, by name. Raises DestinationUnavailable."""
        with self._database.reading() as connection:
            return list(RULES.read(connection).values())

    def update_rule(self, name: str, **changes: Any) -> RuleOutcome:
        """Changes some values of a rule; its name stays. Raises UnknownRule, ValueError."""
        with self._database.reading() as connection:
            rule = RULES.read(connection).get(name)
        if rule is None:
            raise UnknownRule(name)
        return self.add_rule(rule.changed(**changes))

    def remove_rule(self, name: str) -> bool:
        """Removes a rule; False when there is none of this name. Raises DestinationUnavailable."""
        with self._database.writing() as connection:
            removed = RULES.remove(connection, name)
        if removed:
            _log.info("alert_rule_removed", rule=name)
        return removed

    def add_notification_channel(self, channel: NotificationChannel) -> ChannelOutcome:
        """Keeps a channel and puts it in force; one of the same name is replaced.

        While no Alertmanager answers it is kept, applied later, and the answer says so. Raises
        ValueError (ChannelRefused, PrivateDestination) when it cannot be: nothing is kept then.
        """
        if not isinstance(channel, NotificationChannel):
            raise ValueError("channel: give a NotificationChannel")  # noqa: TRY004 - documented
        return self.channels.put(channel)

    def add_webhook(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        events: Iterable[str] | None = None,
        name: str | None = None,
    ) -> ChannelOutcome:
        """Has alerts of these events (none given: all) posted to a URL, as a channel.

        The same URL again replaces it. Raises as `add_notification_channel` does.
        """
        return self.channels.put(webhook_channel(url, headers, events, name))

    def list_notification_channels(self) -> list[NotificationChannel]:
        """Every channel, webhooks too, by name. Raises DestinationUnavailable."""
        return self.channels.all()

    def update_notification_channel(self, name: str, **changes: Any) -> ChannelOutcome:
        """Changes `type`, `config` or `events` of a channel. Raises UnknownChannel, ValueError."""
        unknown = sorted(set(changes) - {"type", "config", "events"})
        if unknown:
            raise ValueError(f"{unknown[0]}: cannot be changed; type, config and events can")
        return self.channels.put(replace(self.channels.find(name), **changes))

    def remove_notification_channel(self, name: str) -> ChannelOutcome:
        """Removes a channel. Raises UnknownChannel, DestinationUnavailable."""
        return self.channels.remove(name)


def _log_broken_check(error: Exception) -> None:
    _log.error("alert_check_broken", error=repr(error), exc_info=error)
