"""What Alertmanager posts to a webhook."""

from typing import Any

NOT_YET = "0001-01-01T00:00:00Z"


def alert(**changes: Any) -> dict[str, Any]:
    labels = {"alertname": "LotofacilUserRule", "severity": "warning", "event": "accuracy_drop"}
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": "Baixa Acurácia"},
        "startsAt": "2024-01-31T21:00:00.123456789-03:00",
        "endsAt": NOT_YET,
        "fingerprint": "abc",
        "generatorURL": "",
        "values": {"new": "field"},
    } | changes


def payload(*alerts: Any) -> dict[str, Any]:
    return {"version": "4", "notification_reason": "first", "alerts": list(alerts)}
