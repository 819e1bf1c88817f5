"""Alertmanager's payload: what is wrong is named, and nothing else matters."""

from typing import Any

import pytest

from exporter.domain.alerts.payload import MalformedPayload, parse_payload

ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "LotofacilModelDrift", "game": "lotofacil"},
    "annotations": {"summary": "…"},
    "startsAt": "2024-01-08T02:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "fingerprint": "c3f1a9d2e4b50617",
}


def payload(*alerts: Any, **fields: Any) -> dict[str, Any]:
    return {"version": "4", "groupKey": "{}", "alerts": list(alerts)} | fields


def test_an_alert_that_fires_has_no_end_yet() -> None:
    (alert,) = parse_payload(payload(ALERT))
    assert (alert.is_firing, alert.ends_at) == (True, None)
    assert (alert.starts_at % 1_000_000, alert.started) == (123_456, ALERT["startsAt"])


def test_texts_are_cut_to_what_a_column_holds() -> None:
    (alert,) = parse_payload(payload(ALERT | {"labels": {"game": "x\0" * 10_000}}))
    assert alert.labels == {"game": "x" * 4_000}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ([], "body: must be a JSON object"),
        (payload(version="3"), "version: only version '4' is read here"),
        ({}, "alerts: must be a list"),
        (payload(alerts="all"), "alerts: must be a list"),
        (payload(*[ALERT] * 10_001), "alerts: must be a list of at most 10000"),
        (payload(7), r"alerts\[0\]: must be an object"),
        (payload(ALERT, ALERT | {"status": "odd"}), r"alerts\[1\].status: is neither 'firing'"),
        (payload(ALERT | {"labels": {"game": 7}}), r"alerts\[0\].labels: must be an object of te"),
        (payload(ALERT | {"startsAt": None}), r"alerts\[0\].startsAt: must be an RFC 3339 time"),
        (payload(ALERT | {"startsAt": "2024-01-08\x0002:00Z"}), r"alerts\[0\].startsAt: must be"),
        (payload(ALERT | {"startsAt": f"{ALERT['startsAt'][:-1]}{'0' * 99}Z"}), "startsAt: must"),
        (payload(ALERT | {"fingerprint": ""}), r"alerts\[0\].fingerprint: must be a text"),
        (payload(ALERT | {"fingerprint": "f" * 51}), r"fingerprint: must be a text of 1 to 50"),
        (payload(ALERT | {"fingerprint": "\x00"}), r"alerts\[0\].fingerprint: .*be printed"),
    ],
    ids=range(14),
)
def test_what_is_wrong_is_named(body: Any, wrong: str) -> None:
    with pytest.raises(MalformedPayload, match=wrong) as refused:
        parse_payload(body)
    assert len(str(refused.value)) < 200
