"""Alerts in, wishes out."""

import json
from typing import Any

import pytest

from exporter.domain.alerts.payload import parse_payload
from exporter.domain.definitions import KNOWN_GAMES
from retrainer.wishes import Wish, alert_wish
from tests.retrainer.notifications import ALERT, body


def wishes(*alerts: Any, **fields: Any) -> list[Wish]:
    payload = json.loads(body(*alerts, **fields))
    return [alert_wish(alert, KNOWN_GAMES) for alert in parse_payload(payload)]


def test_an_alert_becomes_a_wish() -> None:
    (wish,) = wishes(ALERT)
    assert wish.key == "c3f1a9d2e4b50617@2024-01-08T02:00:00.123456789Z"
    assert (wish.game, wish.reason) == ("lotofacil", "model_drift")
    assert json.loads(wish.payload)["status"] == "firing"


def test_unknown_fields_are_passed_over() -> None:
    later = ALERT | {"of_a_later_version": {"deep": [1]}}
    assert len(wishes(later, truncatedAlerts=3, notification_reason="new")) == 1


def test_a_resolution_has_a_key_of_its_own() -> None:
    firing, resolved = wishes(ALERT, ALERT | {"status": "resolved"})
    assert firing.key != resolved.key


@pytest.mark.parametrize("labels", [{}, {"game": "x" * 10_000, "event": "\x00"}])
def test_an_alert_of_no_known_game_or_event_is_kept_under_bounded_names(labels: Any) -> None:
    (wish,) = wishes(ALERT | {"labels": labels})
    assert (wish.game, wish.reason) == ("unknown", "unknown")
    assert "\x00" not in wish.payload


def test_the_control_arm_is_at_chance_on_purpose() -> None:
    labels = ALERT["labels"] | {"role": "control"}
    (wish,) = wishes(ALERT | {"labels": labels})
    assert wish.reason == "unknown"
    assert json.loads(wish.payload)["event"] == "model_drift (control arm)"


def test_no_alerts_are_no_wishes() -> None:
    assert wishes() == []


def test_the_longest_alert_has_a_key_that_fits_its_column() -> None:
    longest = ALERT | {"fingerprint": "f" * 50, "startsAt": "2024-01-08T02:00:00.123456789-03:00"}
    (wish,) = wishes(longest | {"status": "resolved", "endsAt": ALERT["startsAt"]})
    assert len(wish.key) <= 100
