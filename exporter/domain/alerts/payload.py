"""Alertmanager's webhook payload, version 4: what both services read of an alert."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exporter.domain.moments import to_micros

VERSION = "4"
#: Alertmanager writes this year for "not yet".
_NEVER_YEAR = 1
#: Alertmanager's own have 16 signs; with its start, one fits into a column of 100.
_LONGEST_FINGERPRINT = 50
_LONGEST_MOMENT = 35
_MOST_ALERTS = 10_000
#: Texts of one alert beyond this are cut: a column holds 64 KiB.
_LONGEST_TEXT = 8_000


class MalformedPayload(ValueError):
    """A body that is not what Alertmanager sends; `field` says where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it was sent; moments in microseconds, `started` as it was written."""

    status: str
    fingerprint: str
    started: str
    starts_at: int
    ends_at: int | None
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def is_firing(self) -> bool:
        """Whether it fires, or else has ended."""
        return self.status == "firing"


def parse_payload(payload: object) -> list[Alert]:
    """The alerts of a decoded body; fields not known are passed over. Raises MalformedPayload."""
    if not isinstance(payload, dict):
        raise MalformedPayload("body", "must be a JSON object")
    if payload.get("version", VERSION) != VERSION:
        raise MalformedPayload("version", f"only version {VERSION!r} is read here")
    alerts = payload.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > _MOST_ALERTS:
        raise MalformedPayload("alerts", f"must be a list of at most {_MOST_ALERTS}")
    return [_alert(alert, f"alerts[{place}]") for place, alert in enumerate(alerts)]


def _alert(alert: Any, where: str) -> Alert:
    if not isinstance(alert, dict):
        raise MalformedPayload(where, "must be an object")
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise MalformedPayload(f"{where}.status", "is neither 'firing' nor 'resolved'")
    ends_at = _moment(alert.get("endsAt"), f"{where}.endsAt") if status == "resolved" else None
    return Alert(
        status,
        _fingerprint(alert.get("fingerprint"), f"{where}.fingerprint"),
        str(alert.get("startsAt")),
        _moment(alert.get("startsAt"), f"{where}.startsAt") or 0,
        ends_at,
        _texts(alert.get("labels"), f"{where}.labels"),
        _texts(alert.get("annotations") or {}, f"{where}.annotations"),
    )


def _fingerprint(value: object, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_FINGERPRINT:
        raise MalformedPayload(where, f"must be a text of 1 to {_LONGEST_FINGERPRINT} characters")
    if not value.isprintable():
        raise MalformedPayload(where, "must be a text that can be printed")
    return value


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise MalformedPayload(where, "must be an object of texts")
    cut = {str(name): text[:_LONGEST_TEXT].replace("\0", "") for name, text in value.items()}
    if len(json.dumps(cut)) > 4 * _LONGEST_TEXT:
        raise MalformedPayload(where, "is too long")
    return cut


def _moment(value: object, where: str) -> int | None:
    """Microseconds; None for Alertmanager's "not yet"."""
    moment = None
    if isinstance(value, str) and len(value) <= _LONGEST_MOMENT and value.isprintable():
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedPayload(where, "must be an RFC 3339 time")
    return None if moment.year == _NEVER_YEAR else to_micros(moment)
