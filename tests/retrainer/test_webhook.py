"""Alertmanager's payload in, wishes out; what is wrong is named."""

import json
from typing import Any

import pytest

from exporter.domain.definitions import KNOWN_GAMES
from retrainer.webhook import Malformed, parse_json, parse_webhook

ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "LotofacilModelDrift", "game": "lotofacil", "event": "model_drift"},
    "annotations": {"summary": "…"},
    "startsAt": "2024-01-08T02:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "",
    "fingerprint": "c3f1a9d2e4b50617",
}


def body(*alerts: Any, **fields: Any) -> bytes:
    return json.dumps({"version": "4", "groupKey": "{}", "alerts": list(alerts)} | fields).encode()


def test_an_alert_becomes_a_wish() -> None:
    (wish,) = parse_webhook(body(ALERT), KNOWN_GAMES)
    assert wish.key == "c3f1a9d2e4b50617@2024-01-08T02:00:00.123456789Z"
    assert (wish.game, wish.reason) == ("lotofacil", "model_drift")
    assert json.loads(wish.payload)["status"] == "firing"


def test_unknown_fields_are_passed_over() -> None:
    later = ALERT | {"of_a_later_version": {"deep": [1]}}
    wishes = parse_webhook(body(later, truncatedAlerts=3, notification_reason="new"), KNOWN_GAMES)
    assert len(wishes) == 1


def test_a_resolution_has_a_key_of_its_own() -> None:
    firing, resolved = parse_webhook(body(ALERT, ALERT | {"status": "resolved"}), KNOWN_GAMES)
    assert firing.key != resolved.key


@pytest.mark.parametrize("labels", [{}, {"game": "x" * 10_000, "event": "\x00"}])
def test_an_alert_of_no_known_game_or_event_is_kept_under_bounded_names(labels: Any) -> None:
    (wish,) = parse_webhook(body(ALERT | {"labels": labels}), KNOWN_GAMES)
    assert (wish.game, wish.reason) == ("unknown", "unknown")
    assert "\x00" not in wish.payload


def test_the_control_arm_is_at_chance_on_purpose() -> None:
    labels = ALERT["labels"] | {"role": "control"}
    (wish,) = parse_webhook(body(ALERT | {"labels": labels}), KNOWN_GAMES)
    assert wish.reason == "unknown"
    assert json.loads(wish.payload)["event"] == "model_drift (control arm)"


def test_no_alerts_are_no_wishes() -> None:
    assert parse_webhook(body(), KNOWN_GAMES) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "body: is not JSON"),
        (b"\xff", "body: is not JSON"),
        (b"[" * 100_000, "body: is not JSON"),
        (b"[]", "body: must be a JSON object, not list"),
        (b"{}", "version: None given, '4' is read here"),
        (body(version="3"), "version: '3' given"),
        (body(alerts="all"), "alerts: must be a list"),
        (body(7), r"alerts\[0\]: must be an object"),
        (body(ALERT, ALERT | {"status": "odd"}), r"alerts\[1\].status: 'odd' is neither"),
        (body(ALERT | {"labels": {"game": 7}}), r"alerts\[0\].labels: must be an object of texts"),
        (body(ALERT | {"startsAt": None}), r"alerts\[0\].startsAt: must be a text, not None"),
        (body(ALERT | {"fingerprint": ""}), r"alerts\[0\].fingerprint: must be a text"),
        (body(ALERT | {"fingerprint": "f" * 200}), r"alerts\[0\].fingerprint: too long"),
        (body(ALERT | {"fingerprint": "\x00"}), r"alerts\[0\].fingerprint: .*control characters"),
    ],
    ids=range(14),
)
def test_what_is_wrong_is_named(text: bytes, wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong) as caught:
        parse_webhook(text, KNOWN_GAMES)
    assert len(str(caught.value)) < 200


def test_a_number_too_long_for_python_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_json(b'{"a": ' + b"9" * 5000 + b"}")
