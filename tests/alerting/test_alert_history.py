from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from exporter.alerting.alert_history import AlertHistory
from exporter.domain.alerts.payload import MalformedPayload
from exporter.recording.prepared_database import PreparedDatabase
from tests.alerting.payloads import alert, payload


@pytest.fixture
def history(engine: Engine) -> AlertHistory:
    return AlertHistory(PreparedDatabase(engine), lambda: 5_000_000)


def test_a_firing_and_its_end_are_kept_once(history: AlertHistory) -> None:
    assert history.record(payload(alert())) == 1
    assert history.record(payload(alert(), alert(fingerprint="def"))) == 1
    active = history.active()
    assert [one.alert for one in active] == ["LotofacilUserRule"] * 2
    assert active[0].starts_at == datetime(2024, 2, 1, 0, 0, 0, 123456, UTC)
    assert active[0].ends_at is None
    end = alert(status="resolved", endsAt="2024-02-01T00:05:00Z")
    assert history.record(payload(end)) == 1
    assert history.record(payload(end)) == 0
    assert [one.labels["event"] for one in history.active()] == ["accuracy_drop"]
    newest = history.page(10).entries[0]
    assert (newest.status, newest.ends_at) == ("resolved", datetime(2024, 2, 1, 0, 5, tzinfo=UTC))


def test_pages_go_on_where_the_last_one_ended(history: AlertHistory) -> None:
    history.record(payload(*(alert(fingerprint=str(at)) for at in range(5))))
    first = history.page(3)
    assert first.next_before is not None
    second = history.page(3, first.next_before[0])
    assert second.next_before is None
    assert len({one.id for one in (*first.entries, *second.entries)}) == 5


def test_an_end_that_was_lost_is_made_up_for(history: AlertHistory) -> None:
    history.record(payload(alert(), alert(fingerprint="held")))
    assert history.end_lost(["held"], told_before=5_000_000) == 0
    assert history.end_lost(["held"], told_before=5_000_001) == 1
    assert history.end_lost(["held"], told_before=5_000_001) == 0
    assert len(history.active()) == 1


def test_old_notifications_are_forgotten(history: AlertHistory) -> None:
    history.record(payload(alert()))
    assert history.forget(5_000_000) == 0
    assert history.forget(5_000_001) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({}, "alerts"),
        ({"alerts": {}}, "alerts"),
        (payload(5), "alerts[0]"),
        (payload(alert(status="odd")), "alerts[0].status"),
        (payload(alert(), alert(fingerprint="")), "alerts[1].fingerprint"),
        (payload(alert(fingerprint="x" * 65)), "alerts[0].fingerprint"),
        (payload(alert(labels=None)), "alerts[0].labels"),
        (payload(alert(labels={"a": 5})), "alerts[0].labels"),
        (payload(alert(annotations={"a": None})), "alerts[0].annotations"),
        (payload(alert(startsAt="soon")), "alerts[0].startsAt"),
        (payload(alert(startsAt="2024-01-31T00:00:00")), "alerts[0].startsAt"),
        (payload(alert(startsAt=5)), "alerts[0].startsAt"),
        (payload(alert(labels={str(n): "x" * 8000 for n in range(9)})), "alerts[0].labels"),
    ],
)
def test_what_is_malformed_is_named_and_nothing_is_kept(
    history: AlertHistory, body: Any, field: str
) -> None:
    with pytest.raises(MalformedPayload) as refused:
        history.record(body)
    assert refused.value.field == field
    assert history.page(10).entries == []
