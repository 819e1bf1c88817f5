"""What the reading routes answer, with the guide's own calls first."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import Application
from exporter.serving.access import Access
from tests.history import MODELS, draw_days
from tests.web.conftest import Clock

PATHS = (
    "/api/metrics",
    "/api/metrics/summary",
    "/api/metrics/live",
    "/api/metrics/export",
    "/api/predictions",
    "/api/draws",
    "/api/models",
)
GUIDE = (
    "/api/metrics?types=accuracy,performance&time_range=24h",
    "/api/metrics/summary",
    "/api/metrics/live",
    "/api/metrics?types=accuracy&time_range=custom&start_date=2024-01-01&end_date=2024-01-31",
    "/api/metrics?types=performance&time_range=7d&group_by=day",
    "/api/metrics?types=predictions&filter_model_version=v2.1&filter_confidence_min=0.8",
    "/api/metrics/export?format=json&time_range=7d",
)


@pytest.fixture
def database(seeded_database: Path) -> Path:
    return seeded_database


@pytest.mark.parametrize("path", GUIDE)
def test_the_guides_calls_succeed(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "success"
    assert set(answer.json) == {"status", "data", "warnings"}


def test_the_summary_has_the_current_accuracy_beside_chance(client: FlaskClient) -> None:
    accuracy = get(client, "/api/metrics/summary")["accuracy"]
    assert accuracy["current"] == accuracy["hits"] / accuracy["numbers_played"]
    assert accuracy["chance"] == 0.6
    assert accuracy["draws"] == accuracy["window"] == 30
    assert accuracy["predictions"] == 30 * 2 * 3
    assert accuracy["expected_hits"] == pytest.approx(0.6 * accuracy["numbers_played"])


def test_control_arms_are_listed_and_marked_but_in_no_total(client: FlaskClient) -> None:
    summary = get(client, "/api/metrics/summary")
    roles = {m["model_version"]: m["role"] for m in summary["accuracy"]["models"]}
    assert roles == dict(MODELS)
    assert summary["predictions"]["total"] == len(draw_days()) * 2 * 3
    control = get(client, "/api/metrics/summary?filter_role=control")
    assert control["predictions"]["total"] == len(draw_days()) * 3


def test_groups_of_days_add_up_to_the_total(client: FlaskClient) -> None:
    data = get(client, "/api/metrics?types=accuracy,predictions&time_range=30d&group_by=day")
    for kind, figure in (("accuracy", "hits"), ("predictions", "volume")):
        section = data[kind]
        assert section["total"][figure] > 0
        assert section["total"][figure] == sum(g["figures"][figure] for g in section["groups"])


def test_groups_name_what_they_have_in_common(client: FlaskClient) -> None:
    data = get(client, "/api/metrics?types=accuracy&time_range=7d&group_by=day,model_version")
    names = {tuple(group["group"]) for group in data["accuracy"]["groups"]}
    assert names == {("day", "game", "model_version", "role")}


def test_what_is_not_asked_for_is_left_out(client: FlaskClient) -> None:
    assert set(get(client, "/api/metrics?types=system")) == {"period", "system"}


def test_without_scored_draws_accuracy_is_null_with_a_warning(client: FlaskClient) -> None:
    answer = client.get("/api/metrics?types=accuracy&time_range=1h").json
    assert answer is not None
    assert answer["data"]["accuracy"]["total"]["accuracy"] is None
    assert "accuracy is null" in answer["warnings"][0]


def test_a_day_as_the_end_is_said_to_be_left_out(client: FlaskClient) -> None:
    dates = "start_date=2024-02-01&end_date=2024-02-29"
    answer = client.get(f"/api/metrics?types=accuracy&time_range=custom&{dates}").json
    assert answer is not None
    assert answer["data"]["period"]["end"] == "2024-02-29T03:00:00Z"
    assert answer["warnings"] == [
        "end_date is not included: the period ends where 2024-02-29 begins"
    ]


def test_an_unknown_model_version_is_a_warning(client: FlaskClient) -> None:
    answer = client.get("/api/metrics/summary?filter_model_version=v9").json
    assert answer is not None
    assert answer["data"]["accuracy"]["current"] is None
    assert "no model version 'v9' is known" in answer["warnings"]


def test_live_tells_of_the_newest_prediction(client: FlaskClient) -> None:
    live = get(client, "/api/metrics/live")
    assert live["last_prediction_at"].startswith("2024-03-14")
    assert live["system"]["uptime_seconds"] == 60
    assert live["system"]["services"] == {"metrics_service": True}


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_parameter_is_an_error_that_names_it(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?tipes=accuracy")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["parameter"] == "tipes"
    assert "tipes" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("types=speed", "types"),
        ("types=", "types"),
        ("types=accuracy&types=system", "types"),
        ("time_range=yesterday", "time_range"),
        ("time_range=custom", "start_date"),
        ("start_date=2024-01-02&end_date=2024-01-01", "end_date"),
        ("group_by=month", "group_by"),
        ("timezone=Mars/Olympus", "timezone"),
        ("timezone=../../etc/passwd", "timezone"),
        ("timezone=posix", "timezone"),
        ("filter_game_type=bingo", "filter_game_type"),
        ("filter_role=boss", "filter_role"),
        ("filter_confidence_min=2", "filter_confidence_min"),
        ("filter_confidence_min=nan", "filter_confidence_min"),
        ("filter_confidence_min=0.9&filter_confidence_max=0.1", "filter_confidence_min"),
        ("filter_model_version=a%00b", "filter_model_version"),
        ("filter_confidence_min=0.5&time_range=365d", "time_range"),
        ("types=performance&group_by=hour&time_range=all", "group_by"),
    ],
)
def test_a_bad_parameter_is_named(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/metrics?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == parameter


TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["1", "0", "-1", "nan", "all", "day", "v1.0", "24h", "9" * 30, "2024-01-01", "a,b", "MTA"]
    ),
)
NAMES = st.sampled_from(
    [
        "types",
        "time_range",
        "start_date",
        "end_date",
        "timezone",
        "group_by",
        "filter_game_type",
        "filter_model_version",
        "filter_role",
        "filter_confidence_min",
        "filter_confidence_max",
        "limit",
        "cursor",
        "window",
        "format",
        "dataset",
    ]
)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(PATHS), query=st.dictionaries(NAMES, TEXTS, max_size=3))
def test_no_query_is_an_error_of_the_server(
    client: FlaskClient, path: str, query: dict[str, str]
) -> None:
    answer = client.get(path, query_string=query)
    assert answer.status_code in (200, 400)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), raw=st.text(st.characters(max_codepoint=255), max_size=40))
def test_no_raw_query_string_is_one_either(client: FlaskClient, path: str, raw: str) -> None:
    answer = client.get(path, query_string=raw.replace("#", ""))
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("path", ["/api/metrics", "/api/predictions", "/api/draws", "/api/models"])
def test_an_answer_is_not_sent_twice(
    client: FlaskClient, application: Application, path: str
) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(f"{path}?filter_game_type=lotofacil").headers["ETag"] != tag
    application.snapshots.take()
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_pages_of_predictions_hold_each_one_once(client: FlaskClient) -> None:
    found = [entry["id"] for entry in pages(client, "/api/predictions?limit=100")]
    assert found == sorted(set(found), reverse=True)
    assert len(found) == len(draw_days()) * 3 * 3


def test_pages_of_draws_hold_each_one_once(client: FlaskClient) -> None:
    found = [entry["draw_number"] for entry in pages(client, "/api/draws?limit=7")]
    assert found == list(range(3000 + len(draw_days()) - 2, 2999, -1))


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=MS4y"])
def test_a_page_has_bounds(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/predictions?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == query.split("=", maxsplit=1)[0]


def test_a_prediction_stands_beside_its_draw(client: FlaskClient) -> None:
    entries = pages(client, "/api/predictions?limit=1000")
    assert {entry["status"] for entry in entries} == {"pending", "scored"}
    for entry in entries:
        if entry["status"] == "scored":
            shared = set(entry["numbers"]) & set(entry["winning_numbers"])
            assert entry["hits"] == len(shared)


def test_draws_tell_how_the_models_did(client: FlaskClient) -> None:
    draw = pages(client, "/api/draws?limit=1000")[0]
    assert {model["model_version"]: model["role"] for model in draw["models"]} == dict(MODELS)
    assert all(model["tickets"] == 3 for model in draw["models"])


def test_csv_has_a_header_and_a_row_for_each_day_and_model(client: FlaskClient) -> None:
    answer = client.get("/api/metrics/export?format=csv&time_range=30d")
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.data.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    total = get(client, "/api/metrics?types=accuracy&time_range=30d")["accuracy"]["total"]
    counted = [row for row in rows if row["role"] == "model"]
    assert sum(int(row["hits"] or 0) for row in counted) == total["hits"]


def test_both_forms_of_an_export_say_the_same(client: FlaskClient) -> None:
    for dataset in ("metrics", "predictions", "draws"):
        path = f"/api/metrics/export?dataset={dataset}&time_range=30d"
        text = client.get(f"{path}&format=csv").get_data(as_text=True)
        rows = get(client, f"{path}&format=json")
        read = list(csv.DictReader(io.StringIO(text)))
        assert len(read) == len(rows) > 0
        assert set(read[0]) == set(rows[0])


def test_an_export_of_nothing_is_a_header(client: FlaskClient) -> None:
    path = "/api/metrics/export?dataset=predictions&time_range=1h"
    assert client.get(f"{path}&format=csv").get_data(as_text=True).count("\r\n") == 1
    assert get(client, path) == []


def test_an_export_that_costs_too_much_is_refused_before_it_begins(client: FlaskClient) -> None:
    answer = client.get("/api/metrics/export?time_range=1000d")
    assert answer.status_code == 400


def test_a_text_is_no_formula_in_a_spreadsheet(
    client: FlaskClient, application: Application, clock: Clock
) -> None:
    application.metrics.record_predictions(
        [{"game_type": "lotofacil", "numbers": list(range(1, 16)), "model_version": "=1+1"}]
    )
    clock.micros += 1
    path = "/api/metrics/export?dataset=predictions&format=csv&time_range=24h"
    text = client.get(path).get_data(as_text=True)
    assert ",'=1+1," in text
    assert ",=1+1," not in text


def test_the_summary_and_the_metrics_page_agree(client: FlaskClient) -> None:
    page = {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").get_data(as_text=True))
        for sample in family.samples
        if sample.name == "lotofacil_window_hits"
    }
    for window in (1, 7, 30):
        for model in get(client, f"/api/metrics/summary?window={window}")["accuracy"]["models"]:
            labels = {name: model[name] for name in ("game", "model_version", "role")}
            key = tuple(sorted((labels | {"window": str(window)}).items()))
            assert page[key] == model["figures"]["hits"]


def test_reading_with_a_token(client_with: Callable[[Access], FlaskClient]) -> None:
    client = client_with(Access(loopback=True, token="secret"))
    headers = {"Authorization": "Bearer secret"}
    assert client.get("/api/metrics/summary").status_code == 401
    assert client.get("/api/metrics/summary", headers=headers).status_code == 200


def get(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.json is not None
    return answer.json["data"]


def pages(client: FlaskClient, path: str | None) -> list[Any]:
    found: list[Any] = []
    while path:
        answer = client.get(path)
        assert answer.json is not None
        found += answer.json["data"]["items"]
        link = answer.headers.get("Link")
        path = link[1 : link.index(">")] if link else None
    return found
