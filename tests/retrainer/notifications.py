"""What Alertmanager posts to the retrainer."""

import json
from typing import Any

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
