"""The routes of alerts and of the threshold adviser."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.app import Application
from exporter.domain.alerts import webhook_channel
from exporter.serving.access import Access
from tests.alerting.payloads import alert, payload
from tests.domain.alerts.names import NAMES

RULE = {"name": "Baixa Acurácia", "metric_type": "accuracy", "condition": "<", "threshold": 0.6}
NOTIFICATIONS = "/api/alerts/notifications"


def data(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer.json["data"]


def test_what_alertmanager_tells_is_active_until_it_ends(client: FlaskClient) -> None:
    assert data(client.post(NOTIFICATIONS, json=payload(alert()))) == {"new": 1}
    assert data(client.post(NOTIFICATIONS, json=payload(alert()))) == {"new": 0}
    found = data(client.get("/api/alerts"))
    assert [one["alert"] for one in found["active"]] == ["LotofacilUserRule"]
    assert found["active"][0]["starts_at"] == "2024-02-01T00:00:00.123456Z"
    end = alert(status="resolved", endsAt="2024-02-01T00:05:00Z")
    client.post(NOTIFICATIONS, json=payload(end))
    found = data(client.get("/api/alerts"))
    assert found["active"] == []
    assert [one["status"] for one in found["items"]] == ["resolved", "firing"]
    assert data(client.get("/api/metrics/summary"))["system"]["active_alerts"] == []


def test_history_is_paged(client: FlaskClient) -> None:
    client.post(NOTIFICATIONS, json=payload(*(alert(fingerprint=str(n)) for n in range(3))))
    first = client.get("/api/alerts?limit=2")
    second = client.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    found = data(first)["items"] + data(second)["items"]
    assert [len(data(first)["items"]), len({one["id"] for one in found})] == [2, 3]
    assert data(second)["next_cursor"] is None
    assert client.get("/api/alerts?cursor=x").status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [(payload(alert(status="odd")), "alerts[0].status"), ([], "body"), ({}, "alerts")],
)
def test_a_malformed_webhook_is_refused_with_its_field(
    client: FlaskClient, body: Any, field: str
) -> None:
    answer = client.post(NOTIFICATIONS, json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field
    assert client.post(NOTIFICATIONS, data="{").status_code == 415


def test_with_a_token_alertmanager_needs_it(
    client_with: Callable[[Access], FlaskClient],
) -> None:
    client = client_with(Access(loopback=False, token="t"))
    assert client.post(NOTIFICATIONS, json=payload(alert())).status_code == 401
    bearer = {"Authorization": "Bearer t"}
    assert client.post(NOTIFICATIONS, json=payload(alert()), headers=bearer).status_code == 200


def test_a_rule_is_made_replaced_listed_and_removed(client: FlaskClient) -> None:
    made = client.post("/api/alerts/rules", json=RULE)
    assert made.status_code == 201
    assert made.json is not None
    assert "47,1%" in made.json["warnings"][0]
    assert made.json["data"]["advice"]["verdict"] == "mostly_noise"
    assert client.post("/api/alerts/rules", json=RULE | {"threshold": 0.5}).status_code == 200
    (rule,) = data(client.get("/api/alerts/rules"))
    assert (rule["threshold"], rule["event"], rule["window"]) == (0.5, "accuracy_drop", "30")
    name = {"name": RULE["name"]}
    assert data(client.delete("/api/alerts/rules", query_string=name)) == {"removed": RULE["name"]}
    gone = client.delete("/api/alerts/rules", query_string=name)
    assert gone.status_code == 404
    assert gone.content_type == "application/problem+json"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_any_name_can_be_removed_again(client: FlaskClient, name: str) -> None:
    assert client.post("/api/alerts/rules", json=RULE | {"name": name}).status_code == 201
    assert client.delete("/api/alerts/rules", query_string={"name": name}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"condition": "=<"}, "condition"),
        ({"threshold": None}, "threshold"),
        ({"metric_type": "speed"}, "metric_type"),
        ({"colour": "red"}, "colour"),
        ({"window": {}}, "window"),
        ({"severity": []}, "severity"),
        ({"game": "bingo"}, "game"),
    ],
)
def test_a_bad_rule_is_refused_with_its_field(
    client: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/alerts/rules", json=RULE | changes)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from([*RULE, "event", "window", "game"]), JSON))
def test_no_body_is_an_error_of_the_server(client: FlaskClient, changes: dict[str, Any]) -> None:
    assert client.post("/api/alerts/rules", json=RULE | changes).status_code < 500
    assert client.post(NOTIFICATIONS, json=payload(alert(**changes))).status_code < 500


def test_channels_are_listed_without_their_secrets(
    client: FlaskClient, application: Application
) -> None:
    url = "https://no-such-host.invalid/s3cret"
    application.alerts.channels.check_url = lambda _: True
    application.alerts.channels.put(webhook_channel(url, {"X-Key": "s3cret"}, name="hook"))
    answer = client.get("/api/alerts/channels")
    assert data(answer)[0]["config"]["headers"] == {"X-Key": "***"}
    assert "s3cret" not in answer.get_data(as_text=True)


def test_a_threshold_is_explained(client: FlaskClient) -> None:
    query = {"metric": "accuracy", "operator": "<", "value": "0.65", "sample": "100"}
    found = data(client.get("/api/thresholds/explain", query_string=query))
    assert (found["window"], found["advice"]["verdict"]) == (100, "always_broken")
    assert found["chance"] == 0.6
    assert "acurácia < 65,00% nos últimos 100 sorteios" in found["text"].values()


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"metric": "performance"}, "metric"),
        ({"metric": "speed"}, "metric"),
        ({"operator": "=<"}, "operator"),
        ({"value": "nan"}, "value"),
        ({"window": "5", "sample": "5"}, "window"),
        ({"window": "1001"}, "window"),
        ({"sample": "2000"}, "window"),
        ({"overlap": "16"}, "value"),
        ({"game": "bingo"}, "game"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    client: FlaskClient, changes: dict[str, str], parameter: str
) -> None:
    query = {"metric": "accuracy", "operator": "<", "value": "0.6"} | changes
    answer = client.get("/api/thresholds/explain", query_string=query)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == parameter
