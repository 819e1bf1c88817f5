import logging
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine

from exporter.alerting.alert_channels import ChannelRefused, UnknownChannel
from exporter.alerting.alert_system import AlertSystem, UnknownRule
from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.domain.statistics.thresholds import Verdict
from exporter.outbound.alertmanager import ConfigOutcome
from exporter.outbound.destinations import PrivateDestination
from exporter.recording.destination import DestinationAway
from exporter.storage.engine import create_engine_for
from tests.alerting.alerting import PlayedForwarding, alert_system
from tests.servers.waiting import wait_until

RULE = AlertRule("Baixa Acurácia", "accuracy", "<", 0.6)
MAIL = NotificationChannel("Email Admin", "email", {"to": "admin@empresa.com"})
HOOK = "http://127.0.0.1:9/alerts"


@pytest.fixture
def forwarding() -> PlayedForwarding:
    return PlayedForwarding()


@pytest.fixture
def system(engine: Engine, forwarding: PlayedForwarding) -> Iterator[AlertSystem]:
    made = alert_system(engine, forwarding)
    yield made
    made.stop()


def test_a_rule_is_kept_with_advice(system: AlertSystem, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        done = system.add_rule(RULE)
    assert done.advice is not None
    assert done.advice.verdict is Verdict.MOSTLY_NOISE
    assert "47.1% of looks (12.0 alarms in 300 draws" in done.warnings[0]
    assert "alert_rule_noisy" in caplog.text
    assert system.list_rules() == [RULE]


def test_a_sound_rule_is_not_warned_about(system: AlertSystem) -> None:
    done = system.add_rule(AlertRule("a", "accuracy", "<", 0.57, window="300"))
    assert done.warnings == ()
    assert system.add_rule(AlertRule("b", "system.cpu", ">", 0.9)).advice is None


def test_confidence_above_chance_is_warned_about(system: AlertSystem) -> None:
    done = system.add_rule(AlertRule("a", "confidence", "<", 0.7))
    assert "above chance (60.0%)" in done.warnings[0]


def test_rules_are_replaced_changed_and_removed(system: AlertSystem) -> None:
    assert not system.add_rule(RULE).replaced
    assert system.add_rule(RULE).replaced
    assert system.update_rule(RULE.name, threshold=0.55).rule.threshold == 0.55
    assert system.remove_rule(RULE.name)
    assert not system.remove_rule(RULE.name)
    with pytest.raises(UnknownRule, match="none named 'Baixa Acurácia'"):
        system.update_rule(RULE.name, threshold=0.5)


def test_what_is_no_rule_or_channel_is_refused(system: AlertSystem) -> None:
    with pytest.raises(ValueError, match="is not an AlertRule"):
        system.add_rule({"name": "a"})  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(ValueError, match="give a NotificationChannel"):
        system.add_notification_channel("a")  # type: ignore[arg-type]  # the same
    with pytest.raises(ValueError, match="game: game 'bingo' is not known"):
        system.add_rule(AlertRule("a", "predictions", "<", 1, game="bingo"))


def test_channels_and_webhooks_are_put_in_force(
    system: AlertSystem, forwarding: PlayedForwarding
) -> None:
    assert system.add_notification_channel(MAIL).applied
    hook = system.add_webhook(HOOK, {"Authorization": "Bearer token123"}, ["accuracy_drop"])
    assert (hook.applied, hook.warnings) == (True, ())
    assert forwarding.applied == [["Email Admin"], ["Email Admin", hook.channel.name]]
    changed = system.update_notification_channel(MAIL.name, events=["accuracy_drop"])
    assert changed.channel.events == ("accuracy_drop",)
    assert system.remove_notification_channel(hook.channel.name).applied
    assert system.list_notification_channels() == [changed.channel]
    assert forwarding.applied[-1] == ["Email Admin"]


def test_without_alertmanager_a_channel_is_kept_and_applied_later(
    system: AlertSystem, forwarding: PlayedForwarding
) -> None:
    forwarding.outcome = ConfigOutcome.AWAY
    done = system.add_notification_channel(MAIL)
    assert not done.applied
    assert "was kept, and is in force once the exporter reaches it" in done.warnings[0]
    assert system.list_notification_channels() == [MAIL]
    assert not system.channels.apply_pending()
    forwarding.outcome = ConfigOutcome.APPLIED
    system.start()
    system.start()
    assert system.is_running()
    wait_until(system.channels.apply_pending, what="the channel in force")
    tries = len(forwarding.applied)
    assert system.channels.apply_pending()
    assert len(forwarding.applied) == tries
    system.stop()
    assert not system.is_running()


class BrokenForwarding(PlayedForwarding):
    """Breaks in a way that nobody has thought of."""

    def apply(self, channels: Sequence[NotificationChannel]) -> ConfigOutcome:
        raise KeyError(channels)


def test_a_check_that_breaks_is_logged_counted_and_made_again(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    system = alert_system(engine, BrokenForwarding())
    assert system.failed_checks() == 0
    system.start()
    wait_until(lambda: system.failed_checks() > 1, what="another check")
    assert system.is_running()
    system.stop()
    assert "alert_check_broken" in caplog.text


def test_what_another_process_sets_is_applied_by_the_check(
    system: AlertSystem, forwarding: PlayedForwarding, engine: Engine
) -> None:
    assert system.channels.apply_pending()
    elsewhere = PlayedForwarding(outcome=ConfigOutcome.ELSEWHERE)
    alert_system(engine, elsewhere).add_notification_channel(MAIL)
    assert system.channels.apply_pending()
    assert forwarding.applied == [[], ["Email Admin"]]


def test_what_alertmanager_refuses_is_not_kept(
    system: AlertSystem, forwarding: PlayedForwarding
) -> None:
    system.add_notification_channel(MAIL)
    forwarding.refusal = "line 7: no"
    with pytest.raises(ChannelRefused, match="'hook': Alertmanager refuses it: line 7: no"):
        system.add_webhook(HOOK, name="hook")
    changed = NotificationChannel(MAIL.name, "email", {"to": "other@empresa.com"})
    with pytest.raises(ChannelRefused):
        system.add_notification_channel(changed)
    with pytest.raises(ChannelRefused):
        system.remove_notification_channel(MAIL.name)
    assert system.list_notification_channels() == [MAIL]


def test_a_refused_configuration_is_told_once_by_the_check(
    system: AlertSystem, forwarding: PlayedForwarding, caplog: pytest.LogCaptureFixture
) -> None:
    forwarding.refusal = "no"
    with caplog.at_level(logging.WARNING):
        assert not system.channels.apply_pending()
        assert not system.channels.apply_pending()
    assert caplog.text.count("channels_refused") == 1


@pytest.mark.parametrize("reason", [o for o in ConfigOutcome if o is not ConfigOutcome.APPLIED])
def test_the_check_tells_once_why_channels_wait(
    system: AlertSystem,
    forwarding: PlayedForwarding,
    caplog: pytest.LogCaptureFixture,
    reason: ConfigOutcome,
) -> None:
    forwarding.outcome = reason
    with caplog.at_level(logging.WARNING):
        assert not system.channels.apply_pending()
        assert "channels_wait" not in caplog.text  # nobody waits
        system.add_notification_channel(MAIL)
        assert not system.channels.apply_pending()
        assert not system.channels.apply_pending()
    assert caplog.text.count("channels_wait") == 1
    assert reason.value in caplog.text


def test_private_addresses_are_refused_and_nothing_is_kept(system: AlertSystem) -> None:
    with pytest.raises(PrivateDestination):
        system.add_webhook("http://169.254.169.254/latest/meta-data")
    assert system.list_notification_channels() == []


def test_what_is_missing_is_said(system: AlertSystem, forwarding: PlayedForwarding) -> None:
    forwarding.mail_works = False
    assert "SMTP_SERVER is not set" in system.add_notification_channel(MAIL).warnings[0]
    unknown = system.add_webhook("https://no-such-host.invalid/x")
    assert "no-such-host.invalid cannot be found" in unknown.warnings[0]


def test_unknown_channels_and_changes_are_named(system: AlertSystem) -> None:
    with pytest.raises(UnknownChannel, match="none named 'x'"):
        system.remove_notification_channel("x")
    with pytest.raises(UnknownChannel):
        system.update_notification_channel("x", events=[])
    with pytest.raises(ValueError, match="colour: cannot be changed"):
        system.update_notification_channel("x", colour="red")


def test_secrets_are_not_logged(system: AlertSystem, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        system.add_webhook(f"{HOOK}/s3cret", {"X-Key": "s3cret"})
    assert "channel_set" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_database_that_is_away_is_told() -> None:
    engine = create_engine_for("postgresql+psycopg://nobody@127.0.0.1:9/none")
    system = alert_system(engine, PlayedForwarding())
    with pytest.raises(DestinationAway, match="database: "):
        system.add_rule(RULE)
    engine.dispose()
