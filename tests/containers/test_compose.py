"""docker-compose.yml as it stands, without Grafana."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from testcontainers.compose import DockerCompose
from testcontainers.core.docker_client import DockerClient

from tests.containers.engine import COMPOSE_FILE, LEFT_OUT, deployed, images, running_engine
from tests.servers.ports import free_port
from tests.servers.process import PROJECT
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

ONE_SHOT = {"settings", "demo-settings"}
PORTS = ("EXPORTER_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT", "MAILS_PORT")
TICKET = {"game_type": "lotofacil", "numbers": list(range(1, 16)), "model_version": "v2.1"}


def services() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))[
        "services"
    ]
    return found


@pytest.mark.parametrize("name", services())
def test_every_service_is_kept_running_checked_and_closed_to_others(name: str) -> None:
    service = services()[name]
    if name in ONE_SHOT:
        assert service["network_mode"] == "none"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]
    ports = service.get("ports", [])
    assert isinstance(ports, list)
    assert all(str(port).startswith("127.0.0.1:") for port in ports)
    volumes = service["volumes"]
    assert isinstance(volumes, list)
    assert any(str(volume).split(":")[0].isalpha() for volume in volumes), "no named volume"


def test_prometheus_and_alertmanager_call_by_names_that_are_known() -> None:
    environment = services()["exporter"]["environment"]
    assert isinstance(environment, dict)
    names = set(environment["LOTOFACIL_ALLOWED_HOSTS"].split(","))
    assert {"exporter", "retrainer"} < names
    assert environment["ALERT_HISTORY_URL"] == "http://exporter:5000"
    configuration = yaml.safe_load((PROJECT / "prometheus/prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"]: job["static_configs"] for job in configuration["scrape_configs"]}
    for job in ("exporter", "retrainer"):
        assert jobs[job][0]["targets"][0].split(":")[0] in names


def test_no_password_is_written_down() -> None:
    text = COMPOSE_FILE.read_text("utf-8")
    assert "PASSWORD: ${" in text
    assert "_PASSWORD: lotofacil" not in text
    assert all(tag for tag in images().values())


@pytest.fixture
def ports() -> dict[str, int]:
    return {name: free_port() for name in PORTS}


@pytest.fixture
def engine() -> Iterator[DockerClient]:
    with running_engine() as client:
        yield client


@pytest.fixture
def deployment(
    engine: DockerClient, ports: dict[str, int], tmp_path: Path
) -> Iterator[DockerCompose]:
    with deployed(engine, ports, tmp_path) as services:
        yield services


# One test, since the deployment is started once: several would each run on a worker of their own.
@pytest.mark.container
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_prediction_becomes_a_sample_of_prometheus(
    engine: DockerClient, deployment: DockerCompose, ports: dict[str, int]
) -> None:
    all_are_healthy_and_none_is_root(deployment)
    record(deployment, ports)
    query = 'lotofacil_predictions_total{game="lotofacil",model_version="v2.1"}'
    wait_until(lambda: sample(ports, query) == 1, what="the sample")
    wait_until(lambda: sample(ports, "sum(up)") == 4, what="four targets that answer")
    wait_until(lambda: sample(ports, 'lotofacil_draw_last_number{game="demo"}'), what="the feed")
    alerts_are_sent(ports)
    # Its records and settings are in volumes.
    engine.client.containers.get(deployment.get_container("exporter").ID).restart()
    wait_until(lambda: recorded(ports) == 1, what="the prediction after a restart")


def all_are_healthy_and_none_is_root(deployment: DockerCompose) -> None:
    health = {str(each.Service): each.Health for each in deployment.get_containers()}
    assert health == dict.fromkeys(set(services()) - ONE_SHOT - {LEFT_OUT}, "healthy")
    for name in health:
        assert int(run(deployment, name, "id", "-u")) > 0, name


def run(deployment: DockerCompose, service: str, *command: str) -> str:
    """What a command in a service's container printed; it must succeed."""
    printed, errors, code = deployment.exec_in_container(list(command), service)
    assert code == 0, errors
    return printed


def record(deployment: DockerCompose, ports: dict[str, int]) -> None:
    """Sends a prediction: only with the token that was made for this deployment."""
    url = f"http://127.0.0.1:{ports['EXPORTER_PORT']}/api/predictions"
    assert requests.post(url, json=TICKET, timeout=PATIENCE_SECONDS).status_code == 401
    token = run(deployment, "exporter", "cat", "/settings/api_token")
    headers = {"Authorization": f"Bearer {token.strip()}"}
    answer = requests.post(url, json=TICKET, headers=headers, timeout=PATIENCE_SECONDS)
    assert answer.ok, answer.text


def alerts_are_sent(ports: dict[str, int]) -> None:
    """Alertmanager has the configuration that the exporter wrote, and the mails a page."""
    status = f"http://127.0.0.1:{ports['ALERTMANAGER_PORT']}/api/v2/status"
    config = requests.get(status, timeout=PATIENCE_SECONDS).json()["config"]["original"]
    assert "smtp_smarthost: mails:1025" in config
    assert "receiver: retrainer" in config
    assert requests.get(f"http://127.0.0.1:{ports['MAILS_PORT']}/", timeout=PATIENCE_SECONDS).ok


def recorded(ports: dict[str, int]) -> float:
    """The prediction on the exporter's own page; 0 while it starts."""
    try:
        page = requests.get(
            f"http://127.0.0.1:{ports['EXPORTER_PORT']}/metrics", timeout=PATIENCE_SECONDS
        ).text
    except requests.RequestException:
        return 0
    line = re.search(
        r'^lotofacil_predictions_total\{game="lotofacil".*\} (\S+)$', page, re.MULTILINE
    )
    return float(line[1]) if line else 0


def sample(ports: dict[str, int], query: str) -> float | None:
    url = f"http://127.0.0.1:{ports['PROMETHEUS_PORT']}/api/v1/query"
    found = requests.get(url, {"query": query}, timeout=PATIENCE_SECONDS).json()["data"]["result"]
    return float(found[0]["value"][1]) if found else None
