"""Alertmanager's webhook, read into requests to retrain (payload version 4)."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.domain.retraining import ALERT_TRIGGERS
from retrainer.decision import UNKNOWN

VERSION = "4"
_KEY_LIMIT = 100  # the stored key may grow by a counter
_SHOWN = 60


class Malformed(ValueError):
    """A body that is not what it should be; the message names the field and what is right."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to be kept: `key` makes repeated deliveries one, `payload` is JSON."""

    key: str
    game: str
    reason: str
    payload: str


def parse_json(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises Malformed."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"body: is not JSON ({_cut(str(error))})") from None
    if not isinstance(parsed, dict):
        raise Malformed(f"body: must be a JSON object, not {type(parsed).__name__}")
    return parsed


def parse_webhook(body: bytes, games: Container[str]) -> list[Wish]:
    """The alerts of a webhook, each as a wish; unknown fields are passed over. Raises Malformed."""
    payload = parse_json(body)
    if payload.get("version") != VERSION:
        raise Malformed(
            f"version: {_shown(payload.get('version'))} given, '{VERSION}' is read here"
        )
    alerts = payload.get("alerts")
    if not isinstance(alerts, list):
        raise Malformed("alerts: must be a list")
    return [_wish(alert, f"alerts[{i}]", games) for i, alert in enumerate(alerts)]


def _wish(alert: object, where: str, games: Container[str]) -> Wish:
    if not isinstance(alert, dict):
        raise Malformed(f"{where}: must be an object")
    status = _text(alert, "status", where)
    if status not in ("firing", "resolved"):
        raise Malformed(f"{where}.status: {_shown(status)} is neither 'firing' nor 'resolved'")
    labels = _labels(alert, where)
    starts_at = _text(alert, "startsAt", where)
    # A resolution is another message than the alert itself and must not hide it.
    end = "" if status == "firing" else "!resolved"
    key = f"{_text(alert, 'fingerprint', where)}@{starts_at}{end}"
    if len(key) > _KEY_LIMIT or not key.isprintable():
        raise Malformed(f"{where}.fingerprint: too long, or holds control characters")
    event = labels.get("event", "")
    if labels.get("role") == "control":
        event = f"{event} (control arm)"  # which is there to be at chance
    kept = {"status": status, "event": event[:200], "labels": labels, "startsAt": starts_at}
    game = labels.get("game", "")
    return Wish(
        key,
        game if game in games else UNKNOWN,
        event if event in ALERT_TRIGGERS else UNKNOWN,
        json.dumps(kept, sort_keys=True),
    )


def _labels(alert: Mapping[str, object], where: str) -> dict[str, str]:
    labels = alert.get("labels")
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise Malformed(f"{where}.labels: must be an object of texts")
    return labels


def _text(alert: Mapping[str, object], name: str, where: str) -> str:
    value = alert.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{where}.{name}: must be a text, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
