from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from exporter.alerting.alert_history import AlertHistory
from exporter.alerting.alert_upkeep import AlertUpkeep
from exporter.domain.moments import DAY, to_micros
from exporter.outbound.alertmanager import Alertmanager, AlertmanagerAway
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.engine import create_engine_for
from tests.alerting.alerting import PlayedForwarding, channels_of
from tests.alerting.payloads import alert, payload
from tests.databases import copy_of, opened
from tests.servers.ports import free_port

BEGAN = datetime(2024, 2, 1, tzinfo=UTC)


class PlayedAlertmanager(Alertmanager):
    """Up since BEGAN; holds the alert `held`."""

    def status(self) -> dict[str, Any]:
        return {"uptime": BEGAN.isoformat()}

    def alerts(self) -> list[dict[str, Any]]:
        return [{"fingerprint": "held"}]


def upkeep(engine: Engine, server: Alertmanager, moment: datetime) -> AlertUpkeep:
    history = AlertHistory(PreparedDatabase(engine), lambda: to_micros(BEGAN))
    channels = channels_of(engine, PlayedForwarding())
    return AlertUpkeep(channels, history, server, 1, lambda: to_micros(moment))


@pytest.mark.parametrize(("minutes", "active"), [(5, 2), (30, 1)])
def test_an_alert_that_alertmanager_lost_is_ended_once_it_is_settled(
    engine: Engine, minutes: int, active: int
) -> None:
    look = upkeep(engine, PlayedAlertmanager("x"), BEGAN + timedelta(minutes=minutes))
    look.history.record(payload(alert(), alert(fingerprint="held")))
    look()
    assert len(look.history.active()) == active


def test_old_notifications_go_after_the_retention_time(engine: Engine) -> None:
    away = Alertmanager(f"http://127.0.0.1:{free_port()}")
    look = upkeep(engine, away, BEGAN + timedelta(microseconds=DAY + 1))
    look.history.record(payload(alert()))
    look()
    assert look.history.page(10).entries == []
    with pytest.raises(AlertmanagerAway):
        away.status()


def test_a_database_that_is_away_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    engine = create_engine_for("postgresql+psycopg://nobody@127.0.0.1:9/none")
    upkeep(engine, PlayedAlertmanager("x"), BEGAN)()
    assert "alert_check_failed" in caplog.text
    engine.dispose()


@pytest.mark.parametrize("status", [{}, {"uptime": "soon"}, {"uptime": 5}, {"uptime": None}, [], 5])
def test_what_is_no_alertmanager_ends_nothing(
    sqlite_template: Path, tmp_path: Path, status: Any
) -> None:
    class Odd(PlayedAlertmanager):
        def status(self) -> dict[str, Any]:
            odd: dict[str, Any] = status
            return odd

    with opened(copy_of(sqlite_template, tmp_path / "test.db")) as engine:
        look = upkeep(engine, Odd("x"), BEGAN + timedelta(minutes=30))
        look.history.record(payload(alert()))
        look()
        assert len(look.history.active()) == 1
