"""Rules, channels and notifications on each engine."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, update

from exporter.domain.alerts import AlertRule, NotificationChannel, webhook_channel
from exporter.storage import notifications
from exporter.storage.engine import writing
from exporter.storage.named_rows import CHANNELS, RULES
from exporter.storage.notifications import Notification
from exporter.storage.schema import alert_rules as rules_table
from exporter.storage.schema import notification_channels as channels_table
from tests.domain.alerts.names import NAMES

FIXTURE = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as opened:
        yield opened


def told(fingerprint: str = "a", status: str = "firing", at: int = 10, **more: int) -> Notification:
    names = (fingerprint, at, status, "LotofacilUserRule", "warning", "accuracy_drop")
    return Notification(*names, {"rule": "x"}, {"summary": "y"}, more.pop("received_at", 20))


@settings(max_examples=25, suppress_health_check=FIXTURE)
@given(name=NAMES, threshold=st.floats(allow_nan=False, allow_infinity=False))
def test_a_rule_is_read_back_as_it_was_made(
    connection: Connection, name: str, threshold: float
) -> None:
    rule = AlertRule(name, "accuracy", "<", threshold, game="lotofacil", window="7")
    RULES.put(connection, rule.name, rule, 1)
    assert RULES.read(connection)[name] == rule
    assert RULES.remove(connection, name)


def test_the_same_name_replaces(connection: Connection) -> None:
    rule = AlertRule("Regra", "accuracy", "<", 0.6)
    assert not RULES.put(connection, rule.name, rule, 1)
    assert RULES.put(connection, rule.name, rule, 1)
    assert RULES.put(connection, rule.name, rule.changed(threshold=0.5), 2)
    assert not RULES.put(connection, "regra", AlertRule("regra", "system.cpu", ">", 0.9), 3)
    rules = RULES.read(connection)
    assert {name: rule.threshold for name, rule in rules.items()} == {"Regra": 0.5, "regra": 0.9}
    assert RULES.remove(connection, "Regra")
    assert not RULES.remove(connection, "Regra")


def test_a_rule_of_another_version_does_not_hide_the_others(connection: Connection) -> None:
    for name in ("good", "odd"):
        RULES.put(connection, name, AlertRule(name, "accuracy", "<", 0.6), 1)
    odd = update(rules_table).where(rules_table.c.name == "odd")
    connection.execute(odd.values(metric_type="telepathy"))
    assert list(RULES.read(connection)) == ["good"]


def test_channels_are_kept_with_their_secrets(connection: Connection) -> None:
    mail = NotificationChannel('a "b" {{ .x }}', "email", {"to": "a@b.com", "subject": "{{x}}"})
    hook = webhook_channel("https://example.org/x", {"X-Key": "secret"}, ["accuracy_drop"])
    assert not CHANNELS.put(connection, mail.name, mail, 1)
    assert not CHANNELS.put(connection, hook.name, hook, 2)
    assert CHANNELS.put(connection, hook.name, hook, 3)
    assert CHANNELS.read(connection) == {mail.name: (mail, 1), hook.name: (hook, 3)}
    assert CHANNELS.remove(connection, mail.name)
    assert not CHANNELS.remove(connection, mail.name)


def test_a_channel_of_another_version_does_not_hide_the_others(connection: Connection) -> None:
    for name in ("good", "odd"):
        hook = webhook_channel("https://example.org/x", name=name)
        CHANNELS.put(connection, hook.name, hook, 1)
    odd = update(channels_table).where(channels_table.c.name == "odd")
    connection.execute(odd.values(type="telepathy"))
    assert list(CHANNELS.read(connection)) == ["good"]


def test_an_alert_that_fires_anew_is_one_though_its_first_end_was_never_told(
    connection: Connection,
) -> None:
    notifications.add_notification(connection, told(at=10))
    notifications.add_notification(connection, told(at=20))
    assert [one.starts_at for one in notifications.open_notifications(connection)] == [20]
    notifications.add_notification(connection, told(at=10, status="resolved"))  # late
    assert [one.starts_at for one in notifications.open_notifications(connection)] == [20]
    notifications.add_notification(connection, told(at=20, status="resolved"))
    assert notifications.open_notifications(connection) == []


def test_a_notification_is_kept_once(connection: Connection) -> None:
    assert notifications.add_notification(connection, told())
    assert not notifications.add_notification(connection, told(received_at=99))
    assert notifications.add_notification(connection, told(at=11))
    assert len(notifications.read_notifications(connection, 10)) == 2


def test_an_alert_is_active_until_its_end_is_told(connection: Connection) -> None:
    notifications.add_notification(connection, told("a"))
    notifications.add_notification(connection, told("b"))
    notifications.add_notification(connection, told("a", "resolved")._replace(ends_at=15))
    active = notifications.open_notifications(connection)
    assert [alert.fingerprint for alert in active] == ["b"]
    assert [(alert.starts_at, alert.rule, alert.name) for alert in active] == [(10, "x", "x")]
    newest, *_ = notifications.read_notifications(connection, 1)
    assert (newest.status, newest.ends_at, newest.labels) == ("resolved", 15, {"rule": "x"})


def test_history_is_read_page_by_page_and_forgotten(connection: Connection) -> None:
    for at in range(5):
        notifications.add_notification(connection, told(at=at, received_at=at))
    first = notifications.read_notifications(connection, 3)
    rest = notifications.read_notifications(connection, 3, first[-1].id)
    assert [one.starts_at for one in (*first, *rest)] == [4, 3, 2, 1, 0]
    assert notifications.remove_notifications(connection, before=3) == 3
    assert len(notifications.read_notifications(connection, 10)) == 2


def test_texts_longer_than_their_column_are_cut(connection: Connection) -> None:
    long = told()._replace(alert="x" * 500, severity="y" * 50, event="z" * 500)
    notifications.add_notification(connection, long)
    (found,) = notifications.read_notifications(connection, 1)
    assert (len(found.alert), len(found.severity), len(found.event)) == (128, 16, 64)
