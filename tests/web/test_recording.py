"""What the writing routes take and refuse."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.app import Application, build_web
from exporter.domain.prediction_parser import FIELDS
from exporter.web.bodies import PredictionBody

TICKET = list(range(1, 16))
GOOD: dict[str, Any] = {"game_type": "lotofacil", "numbers": TICKET, "confidence": 0.6}
FAILURE: dict[str, Any] = {"game_type": "lotofacil", "error": "no ticket", "model_version": "v1"}
RESULT: dict[str, Any] = {
    "game_type": "lotofacil",
    "draw_number": 2500,
    "winning_numbers": list(range(3, 18)),
    "draw_date": "2024-03-15",
}


def test_a_prediction_is_stored(client: FlaskClient, application: Application) -> None:
    answer = client.post("/api/predictions", json=GOOD | {"model_version": "v1"})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["data"]["model_version"] == "v1"
    application.metrics.flush()
    listed = client.get("/api/predictions").json
    assert listed is not None
    assert [entry["numbers"] for entry in listed["data"]["items"]] == [TICKET]


def test_the_same_key_answers_as_the_first_time(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "abc"}
    first = client.post("/api/predictions", json=GOOD, headers=headers)
    again = client.post("/api/predictions", json=GOOD, headers=headers)
    other = client.post("/api/predictions", json=GOOD | {"confidence": 0.7}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json is not None
    assert again.json is not None
    assert again.json["data"] == first.json["data"] | {"status": "repeated"}


@pytest.mark.parametrize("path", ["predictions", "failures"])
def test_of_posts_with_one_key_at_once_one_is_told_as_new(
    application: Application, path: str
) -> None:
    """Also where the first is delivered while the others look for it."""
    web, body = build_web(application), {"predictions": GOOD, "failures": FAILURE}[path]
    with ThreadPoolExecutor(4) as threads:

        def post(key: str) -> int:
            with web.test_client() as client:
                answer = client.post(f"/api/{path}", json=body | {"idempotency_key": key})
                return answer.status_code

        for round_ in range(60):
            told = sorted(threads.map(post, [f"round {round_}"] * 4))
            assert told == [200, 200, 200, 201]


def test_of_posts_and_batches_with_one_key_at_once_one_is_told_as_new(
    application: Application,
) -> None:
    web = build_web(application)
    with ThreadPoolExecutor(4) as threads:

        def post(items: list[dict[str, Any]]) -> int:
            with web.test_client() as client:
                if len(items) == 1:
                    return client.post("/api/predictions", json=items[0]).status_code
                answer = client.post("/api/predictions", json=items).get_json()
                return int(answer["data"]["items"][0]["status"])

        for round_ in range(60):
            item, other = GOOD | {"idempotency_key": f"round {round_}"}, GOOD
            told = sorted(threads.map(post, [[item], [item, other]] * 2))
            assert told == [200, 200, 200, 201]


def test_the_role_that_is_answered_is_the_one_that_counts(
    client: FlaskClient, application: Application
) -> None:
    item = GOOD | {"model_version": "random"}
    client.post("/api/predictions", json=item | {"role": "control"})
    assert application.metrics.flush()
    answer = client.post("/api/predictions", json=item)
    assert (answer.status_code, answer.get_json()["data"]["role"]) == (201, "control")
    told = "role: 'model' contradicts 'random', which is a control"
    for _ in range(2):
        refused = client.post("/api/predictions", json=item | {"role": "model"})
        assert (refused.status_code, refused.get_json()["detail"]) == (422, told)
    body = {"game_type": "lotofacil", "error": "no ticket", "model_version": "random"}
    assert client.post("/api/failures", json=body | {"role": "model"}).status_code == 422
    assert client.post("/api/failures", json=body).status_code == 201
    batch = client.post("/api/predictions", json=[item | {"role": "model"}, item]).get_json()
    assert [one["status"] for one in batch["data"]["items"]] == [422, 201]
    assert batch["data"]["items"][0]["detail"] == told


def test_what_a_sender_filled_in_may_differ_the_next_time(client: FlaskClient) -> None:
    body = GOOD | {"idempotency_key": "k", "model_version": "v1", "filled_in": ["predicted_at"]}
    moments = [{"predicted_at": f"2024-03-0{day}T12:00:00Z"} for day in (4, 5)]
    assert client.post("/api/predictions", json=body | moments[0]).status_code == 201
    assert client.post("/api/predictions", json=body | moments[1]).status_code == 200
    answer = client.post(
        "/api/predictions", json=[body | moments[1], body | {"filled_in": ["role"]}]
    )
    first, second = answer.get_json()["data"]["items"]
    assert (first["status"], second["field"]) == (200, "filled_in")
    given = body | moments[1] | {"filled_in": None}
    assert client.post("/api/predictions", json=given).status_code == 409


def test_a_batch_knows_what_was_accepted_a_moment_ago(client: FlaskClient) -> None:
    """It may wait in the spool; once it is delivered the batch would be too late."""
    first, other = ({"idempotency_key": "k"} | GOOD | {"confidence": c} for c in (0.5, 0.6))
    assert client.post("/api/predictions", json=first).status_code == 201
    items = client.post("/api/predictions", json=[first, other, GOOD]).get_json()["data"]["items"]
    assert [item["status"] for item in items] == [200, 409, 201]


def test_a_key_in_two_places_must_be_one(client: FlaskClient) -> None:
    body = GOOD | {"idempotency_key": "abc"}
    answer = client.post("/api/predictions", json=body, headers={"Idempotency-Key": "abd"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"numbers": [1, 2, 3]}, "numbers"),
        ({"numbers": [*TICKET[:-1], 1]}, "numbers"),
        ({"numbers": [*TICKET[:-1], 44]}, "numbers"),
        ({"numbers": [*TICKET[:-1], 15.0]}, "numbers"),
        ({"numbers": "all"}, "numbers"),
        ({"numbers": None}, "numbers"),
        ({"game_type": "bingo"}, "game_type"),
        ({"game_type": None}, "game_type"),
        ({"confidence": 1.1}, "confidence"),
        ({"confidence": "0.6"}, "confidence"),
        ({"latency": -1}, "latency"),
        ({"draw_number": 0}, "draw_number"),
        ({"draw_number": 9_999_999}, "draw_number"),
        ({"draw_number": 3000.0}, "draw_number"),
        ({"predicted_at": "soon"}, "predicted_at"),
        ({"predicted_at": "2099-01-01T00:00:00Z"}, "predicted_at"),
        ({"metadata": []}, "metadata"),
        ({"role": "boss"}, "role"),
        ({"model_version": "x" * 200}, "model_version"),
        ({"idempotency_key": 7}, "idempotency_key"),
        ({"extra": 1}, "extra"),
        ({"strict": False}, "strict"),
        ({"self": 1}, "self"),
    ],
)
def test_a_bad_field_is_named(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    answer = client.post("/api/predictions", json=GOOD | change)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field
    assert field in answer.json["detail"]


def test_a_batch_has_a_status_for_each_item(client: FlaskClient) -> None:
    batch = [GOOD, GOOD | {"numbers": [1]}, GOOD | {"idempotency_key": "k"}, 7]
    answer = client.post("/api/predictions", json=batch)
    assert answer.status_code == 207
    assert answer.json is not None
    data = answer.json["data"]
    assert [item["status"] for item in data["items"]] == [201, 422, 201, 422]
    assert (data["stored"], data["refused"]) == (2, 2)
    assert data["items"][1]["field"] == "numbers"
    assert data["items"][2]["idempotency_key"] == "k"


def test_a_repeated_batch_stores_nothing_more(client: FlaskClient) -> None:
    batch = [GOOD | {"idempotency_key": f"k{n}"} for n in range(3)]
    first = client.post("/api/predictions", json=batch)
    again = client.post("/api/predictions", json=batch)
    changed = client.post("/api/predictions", json=[batch[0] | {"confidence": 0.9}])
    assert (first.status_code, again.status_code, changed.status_code) == (201, 201, 207)
    assert again.json is not None
    assert (again.json["data"]["stored"], again.json["data"]["repeated"]) == (0, 3)
    assert changed.json is not None
    assert changed.json["data"]["items"][0]["status"] == 409


def test_of_several_with_one_key_each_item_is_told_its_own_outcome(client: FlaskClient) -> None:
    first = GOOD | {"idempotency_key": "k"}
    other, quina = first | {"confidence": 0.7}, {"game_type": "quina", "numbers": [1, 2, 3, 4, 5]}

    def told(*batch: dict[str, Any]) -> tuple[list[int], list[int]]:
        answer = client.post("/api/predictions", json=batch).json
        assert answer is not None
        data = answer["data"]
        counts = [data[name] for name in ("stored", "repeated", "refused")]
        return [item["status"] for item in data["items"]], counts

    assert told(first, other, first) == ([201, 409, 200], [1, 1, 1])
    assert told(first, other) == ([200, 409], [0, 1, 1])
    again = quina | {"idempotency_key": "q"}
    mixed = (again, GOOD, {"game_type": "bingo"}, again, again | {"confidence": 0.1}, first)
    assert told(*mixed) == ([201, 201, 422, 200, 409, 200], [2, 2, 2])


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/ndjson; charset=utf-8"])
def test_a_batch_may_have_an_object_a_line(client: FlaskClient, kind: str) -> None:
    lines = f"{json.dumps(GOOD)}\n\n{{broken\n{json.dumps(GOOD)}\n"
    answer = client.post("/api/predictions", data=lines, content_type=kind)
    assert answer.status_code == 207
    assert answer.json is not None
    assert [item["status"] for item in answer.json["data"]["items"]] == [201, 400, 201]


def test_a_batch_takes_no_single_key(client: FlaskClient) -> None:
    answer = client.post("/api/predictions", json=[GOOD], headers={"Idempotency-Key": "a"})
    assert answer.status_code == 400


def test_an_empty_batch_is_nothing(client: FlaskClient) -> None:
    assert client.post("/api/predictions", json=[]).status_code == 201


def test_a_result_scores_its_predictions(client: FlaskClient) -> None:
    client.post("/api/predictions", json=[GOOD | {"draw_number": 2500}])
    answer = client.post("/api/results", json=RESULT)
    assert answer.status_code == 201
    assert client.post("/api/results", json=RESULT).status_code == 200
    summary = client.get("/api/metrics/summary").json
    assert summary is not None
    assert summary["data"]["accuracy"]["current"] == 13 / 15


def test_a_key_stands_for_one_result(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "feed-2500"}
    right = RESULT | {"winning_numbers": list(range(1, 16))}

    def told(body: dict[str, Any]) -> int:
        return client.post("/api/results", json=body, headers=headers).status_code

    assert [told(RESULT), told(RESULT), told(right)] == [201, 200, 409]
    assert client.post("/api/results", json=right).status_code == 200  # a correction
    assert told(RESULT) == 200  # came before, and takes the correction not back
    listed = client.get("/api/draws").json
    assert listed is not None
    assert listed["data"]["items"][0]["winning_numbers"] == right["winning_numbers"]
    assert told(RESULT | {"idempotency_key": "another"}) == 422
    assert client.post("/api/results", json=RESULT | {"idempotency_key": 5}).status_code == 422


def test_a_corrected_result_changes_the_figures(client: FlaskClient) -> None:
    client.post("/api/predictions", json=[GOOD | {"draw_number": 2500}])
    client.post("/api/results", json=RESULT)
    right = RESULT | {"winning_numbers": list(range(1, 16))}
    answer = client.post("/api/results", json=right)
    assert answer.json is not None
    assert (answer.status_code, answer.json["data"]["status"]) == (200, "corrected")
    draws = client.get("/api/draws").json
    assert draws is not None
    (draw,) = draws["data"]["items"]
    assert (draw["corrections"], draw["models"][0]["hits"]) == (1, 15)


def test_a_result_sent_again_with_its_moment_is_no_correction_back(client: FlaskClient) -> None:
    first = RESULT | {"accepted_at": "2024-03-15T11:00:00.000001Z"}
    right = RESULT | {"winning_numbers": list(range(1, 16))}
    answers = [client.post("/api/results", json=body) for body in (first, right, first)]
    told = [answer.json["data"]["status"] for answer in answers if answer.json]
    assert told == ["new", "corrected", "repeated"]
    assert [answer.status_code for answer in answers] == [201, 200, 200]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"winning_numbers": [2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41, 44]},
         "winning_numbers"),
        ({"winning_numbers": 3}, "winning_numbers"),
        ({"draw_number": "2500"}, "draw_number"),
        ({"draw_date": "yesterday"}, "draw_date"),
        ({"draw_date": 7}, "draw_date"),
        ({"draw_number": 9999, "draw_date": "2126-05-24"}, "draw_date"),
        ({"draw_number": 2_000_000_000}, "draw_number"),
        ({"accepted_at": "soon"}, "accepted_at"),
        ({"accepted_at": 7}, "accepted_at"),
        ({"game_type": "bingo"}, "game_type"),
        ({"game_type": []}, "game_type"),
        ({"accepted_at": "2124-03-15T11:00:00Z"}, "accepted_at"),
        ({"prizes": {"7": 1}}, "prizes"),
        ({"prizes": {"11": 9e12}}, "prizes"),
        ({"recorded_by": "me"}, "recorded_by"),
    ],
)  # fmt: skip
def test_a_bad_result_is_refused(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    answer = client.post("/api/results", json=RESULT | change)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field


@pytest.mark.parametrize("field", sorted(RESULT))
def test_a_missing_field_of_a_result_is_named(client: FlaskClient, field: str) -> None:
    answer = client.post("/api/results", json={k: v for k, v in RESULT.items() if k != field})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field


def test_a_failure_is_counted(client: FlaskClient, application: Application) -> None:
    body = {"game_type": "lotofacil", "error": "out of memory", "model_version": "v1"}
    for status in ("stored", "repeated"):
        answer = client.post("/api/failures", json=body, headers={"Idempotency-Key": "f1"})
        assert answer.get_json()["data"]["status"] == status
    application.metrics.flush()
    models = client.get("/api/models").json
    assert models is not None
    assert [model["failures"] for model in models["data"]] == [1]


@pytest.mark.parametrize("is_delivered", [False, True])
def test_the_key_of_a_failure_stands_for_one_call(
    client: FlaskClient, application: Application, is_delivered: bool
) -> None:
    application.metrics.update_model_version("v1")
    first = {"game_type": "lotofacil", "error": "out of memory", "idempotency_key": "f1"}

    def told(**change: Any) -> int:
        if is_delivered:
            assert application.metrics.flush()
        return client.post("/api/failures", json=first | change).status_code

    assert (told(), told(), told(failed_at="2024-03-04T12:00:00Z")) == (201, 200, 200)
    assert (told(error="no disk"), told(latency=1)) == (409, 409)
    assert (told(model_version="v2"), told(model_version="v1")) == (409, 200)
    application.metrics.update_model_version("v3")  # nobody says a version that a repeat must keep
    assert told() == 200
    # The same key stands for a prediction, too.
    assert client.post("/api/predictions", json=GOOD | {"idempotency_key": "f1"}).status_code == 201
    assert application.metrics.flush()
    models = client.get("/api/models").json
    assert models is not None
    assert sum(model["failures"] for model in models["data"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"error": 3}, "error"),
        ({"game_type": "bingo"}, "game_type"),
        ({"latency": -1}, "latency"),
        ({"role": "boss"}, "role"),
        ({"model_version": "a\x00"}, "model_version"),
        ({"failed_at": "noon"}, "failed_at"),
        ({"failed_at": "9999-12-31T23:59:59-12:00"}, "failed_at"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_bad_failure_is_refused(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    body = {"game_type": "lotofacil", "error": "out of memory"}
    answer = client.post("/api/failures", json=body | change)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == field


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"])
def test_a_year_that_no_record_lies_in_is_refused(client: FlaskClient, moment: str) -> None:
    prediction = {"game_type": "lotofacil", "numbers": list(range(1, 16)), "predicted_at": moment}
    for path, body in (("predictions", prediction), ("results", RESULT | {"draw_date": moment})):
        answer = client.post(f"/api/{path}", json=body)
        assert answer.status_code == 422
        assert answer.json is not None
        assert "is not between 1900 and 2199" in answer.json["detail"]


def test_the_description_of_a_prediction_has_every_field() -> None:
    assert set(PredictionBody.model_fields) == FIELDS


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(["/api/predictions", "/api/results"]), body=JSON)
def test_no_body_is_an_error_of_the_server(client: FlaskClient, path: str, body: object) -> None:
    sent = client.post(path, data=json.dumps(body), content_type="application/json")
    assert sent.status_code in (201, 207, 422)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/api/predictions", "/api/results"]),
    field=st.sampled_from([*sorted(FIELDS), *RESULT]),
    value=JSON,
)
def test_no_single_bad_field_is_one_either(
    client: FlaskClient, path: str, field: str, value: object
) -> None:
    body = (GOOD if path == "/api/predictions" else RESULT) | {field: value}
    sent = client.post(path, data=json.dumps(body), content_type="application/json")
    assert sent.status_code in (200, 201, 409, 422)


@pytest.mark.parametrize(
    "text", [b"", b"[" * 100_000, b"\xff", b'{"game_type": 1e999}', b"9" * 5000, b"nul"]
)
def test_what_is_not_json_is_a_bad_request(client: FlaskClient, text: bytes) -> None:
    answer = client.post("/api/predictions", data=text, content_type="application/json")
    assert answer.status_code in (400, 422)
