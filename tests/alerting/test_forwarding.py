"""Channels put in force in a real Alertmanager."""

import stat
from pathlib import Path

import pytest
import yaml

from exporter.alerting.alertmanager_file import CONFIGURATION
from exporter.alerting.forwarding import AlertmanagerForwarding, history_url
from exporter.alerting.routes import receiver_of
from exporter.config import Settings, load_settings
from exporter.domain.alerts import NotificationChannel, webhook_channel
from exporter.outbound.alertmanager import ConfigOutcome, ConfigurationRefused
from tests.servers.alertmanager import StartAlertmanager
from tests.servers.ports import free_port

MAIL = NotificationChannel("Email Admin", "email", {"to": "admin@empresa.com"})
HOOK = webhook_channel("http://127.0.0.1:9/x", {"Authorization": "Bearer token123"}, name="hook")


def settings_in(folder: Path, **more: object) -> Settings:
    given = {
        "ALERTMANAGER_URL": f"http://127.0.0.1:{free_port()}",
        "ALERTMANAGER_CONFIG": folder / "alertmanager" / CONFIGURATION,
        "SMTP_SERVER": "127.0.0.1",
    }
    return load_settings(given | more)


def test_without_alertmanager_the_file_waits_for_it_readable_by_nobody_else(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    assert AlertmanagerForwarding(settings).apply([HOOK]) is ConfigOutcome.AWAY
    assert stat.S_IMODE(settings.ALERTMANAGER_CONFIG.stat().st_mode) == 0o600
    names = [
        r["name"] for r in yaml.safe_load(settings.ALERTMANAGER_CONFIG.read_text())["receivers"]
    ]
    assert receiver_of("hook") in names


def test_the_mode_of_the_file_can_be_set(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, ALERTMANAGER_CONFIG_MODE="0640")
    AlertmanagerForwarding(settings).apply([])
    assert stat.S_IMODE(settings.ALERTMANAGER_CONFIG.stat().st_mode) == 0o640


def test_a_place_that_cannot_be_written_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "alertmanager").write_text("")
    assert AlertmanagerForwarding(settings_in(tmp_path)).apply([HOOK]) is ConfigOutcome.UNWRITTEN


def test_the_exporter_is_told_where_it_is_reached(tmp_path: Path) -> None:
    assert history_url(settings_in(tmp_path, EXPORTER_PORT=5005)) == (
        "http://localhost:5005/api/alerts/notifications"
    )
    elsewhere = settings_in(tmp_path, ALERT_HISTORY_URL="http://exporter:5000/")
    assert history_url(elsewhere) == "http://exporter:5000/api/alerts/notifications"


@pytest.mark.integration
def test_channels_are_in_force_or_told_not_to_be(
    tmp_path: Path, start_alertmanager: StartAlertmanager
) -> None:
    settings = settings_in(tmp_path)
    forwarding = AlertmanagerForwarding(settings)
    forwarding.apply([])
    port = int(settings.ALERTMANAGER_URL.rpartition(":")[2])
    alertmanager = start_alertmanager(settings.ALERTMANAGER_CONFIG, port)
    assert forwarding.has_in_force([])
    assert forwarding.apply([MAIL, HOOK]) is ConfigOutcome.APPLIED
    assert forwarding.has_in_force([MAIL, HOOK])
    other_secret = webhook_channel(HOOK.url, {"Authorization": "Bearer other"}, name="hook")
    assert not forwarding.has_in_force([MAIL, other_secret])

    before = settings.ALERTMANAGER_CONFIG.read_text()
    host = webhook_channel(HOOK.url, {"Host": "example.org"}, name="hook")
    with pytest.raises((ConfigurationRefused, ValueError), match="Host"):
        forwarding.apply([MAIL, host])
    assert settings.ALERTMANAGER_CONFIG.read_text() == before
    assert forwarding.has_in_force([MAIL, HOOK])

    # A process elsewhere reaches Alertmanager, but writes a file that it does not read.
    url = settings.ALERTMANAGER_URL
    elsewhere = settings_in(tmp_path / "elsewhere", ALERTMANAGER_URL=url)
    assert AlertmanagerForwarding(elsewhere).apply([MAIL]) is ConfigOutcome.ELSEWHERE
    assert forwarding.has_in_force([MAIL, HOOK])
    alertmanager.stop()
