"""From an alert in a real Alertmanager to a new model version in SQL."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.pickers import simulated_draw
from exporter.storage.engine import create_engine_for, reading
from exporter.storage.migrate import upgrade
from exporter.storage.read_models import read_models
from tests.retrainer.conftest import add_draw
from tests.retrainer.service import RunningRetrainer, environment, start
from tests.servers.alertmanager import Alertmanager, StartAlertmanager
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.integration
TOKEN = "token-of-this-test"
CONFIG = """
route: {{receiver: retrainer, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
receivers:
  - name: retrainer
    webhook_configs:
      - url: "{url}/webhook"
        http_config: {{authorization: {{credentials: "{token}"}}}}
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine_for(database_url)
    upgrade(made)
    for number in range(1, 31):
        add_draw(made, number, simulated_draw(LOTOFACIL, number, seed=1))
    yield made
    made.dispose()


@pytest.fixture
def retrainer(tmp_path: Path, database_url: str) -> Iterator[RunningRetrainer]:
    started = start(tmp_path, environment(tmp_path, database_url, RETRAINER_TOKEN=TOKEN))
    yield started
    started.server.stop()


def alert(**labels: str) -> dict[str, Any]:
    names = {"alertname": "LotofacilModelDrift", "game": "lotofacil", "event": "model_drift"}
    return {"labels": names | labels, "startsAt": datetime.now(UTC).isoformat()}


def seen(retrainer: RunningRetrainer) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(f"{retrainer.url}/runs", headers=headers, timeout=PATIENCE_SECONDS)
    data: dict[str, Any] = answer.json()["data"]
    return data


def repeats(retrainer: RunningRetrainer) -> float:
    """Counted on the page once the delivery was answered."""
    page = requests.get(f"{retrainer.url}/metrics", timeout=PATIENCE_SECONDS).text
    found = re.search(r"^lotofacil_retrainer_alert_repeats_total (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0


def test_an_alert_retrains_once_however_often_it_is_delivered(
    engine: Engine, retrainer: RunningRetrainer, start_alertmanager: StartAlertmanager
) -> None:
    config = CONFIG.format(url=retrainer.url, token=TOKEN)
    alertmanager: Alertmanager = start_alertmanager(config)
    model_drift = alert()
    alertmanager.post_alerts([model_drift])
    wait_until(
        lambda: [run["outcome"] for run in seen(retrainer)["runs"]] == ["success"],
        what="a successful training",
    )
    version = seen(retrainer)["runs"][0]["model_version"]
    with reading(engine) as connection:
        (model,) = read_models(connection)
    assert (model.version, model.active) == (version, True)
    # A second alert of the group makes Alertmanager deliver the first one again.
    alertmanager.post_alerts([model_drift, alert(event="system_error", severity="warning")])
    wait_until(lambda: len(seen(retrainer)["requests"]) == 2)
    wait_until(lambda: all(r["decision"] for r in seen(retrainer)["requests"]))
    decisions = {r["reason"]: r["decision"] for r in seen(retrainer)["requests"]}
    assert decisions == {"model_drift": "retrain", "unknown": "ignored_unknown"}
    assert len(seen(retrainer)["runs"]) == 1
    assert wait_until(lambda: repeats(retrainer), what="the count of what was told again") == 1
    alertmanager.stop()
