"""The REST routes that write: predictions and results."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from flask_openapi.types import ResponseDict

from exporter.domain.games import UnknownGame
from exporter.domain.moments import from_micros
from exporter.domain.prediction_parser import FIELDS
from exporter.domain.predictions import InvalidPrediction, Prediction
from exporter.domain.references import InvalidReference
from exporter.domain.results import InvalidResult
from exporter.services import metrics_service
from exporter.services.accuracy_tracker import AccuracyTracker
from exporter.services.metrics_service import (
    ConflictingFailure,
    ConflictingPrediction,
    MetricsService,
)
from exporter.storage.draws import DrawIsClosed, Recorded
from exporter.storage.models import UnknownModelVersion
from exporter.storage.result_keys import ConflictingResult
from exporter.web.answers import success
from exporter.web.bodies import (
    NDJSON,
    Batch,
    FailureBody,
    PredictionBody,
    ReferenceBody,
    ResultBody,
    checked,
    read_json,
    read_object,
    read_predictions,
)
from exporter.web.openapi import body_of
from exporter.web.problems import Problem, bad_field, respond

KEY = "idempotency_key"
RECORDING = Tag(name="recording", description="What predictors and feeds send")
_RESULT_FIELDS = frozenset(ResultBody.model_fields)
_STATUS = {Recorded.NEW: 201, Recorded.REPEATED: 200, Recorded.CORRECTED: 200, None: 202}
_STORED: ResponseDict = {"201": {"description": "Stored"}, "200": {"description": "Stored before"}}
_MIXED: ResponseDict = {
    "207": {"description": "Some items of the batch were refused; each has its status"}
}
_LATER: ResponseDict = {"202": {"description": "Kept on disk until the database can be reached"}}


def add_recording(api: APIBlueprint, predictions: MetricsService, results: AccuracyTracker) -> None:
    """Adds every route that writes."""
    _answer_faults(api)
    several = body_of(PredictionBody, *NDJSON[:1])

    @api.post("/predictions", tags=[RECORDING], responses=_STORED | _MIXED, request_body=several)
    def post_predictions() -> Response:
        """Records one prediction, or a batch of them with a status for each item."""
        body = read_predictions()
        return _many(predictions, body) if isinstance(body, Batch) else _one(predictions, body)

    @api.post(
        "/results",
        tags=[RECORDING],
        responses=_STORED | _LATER,
        request_body=body_of(ResultBody),
    )
    def post_result() -> Response:
        """Records a draw's result and scores its predictions."""
        return _result(results, read_object(read_json(), "body"))

    @api.post("/failures", tags=[RECORDING], responses=_STORED, request_body=body_of(FailureBody))
    def post_failure() -> Response:
        """Records that the predictor was called and no ticket came out."""
        return _failure(predictions, read_object(read_json(), "body"))

    @api.post("/references", tags=[RECORDING], request_body=body_of(ReferenceBody))
    def post_reference() -> Response:
        """Names an accuracy that a model version is held to, instead of to chance."""
        return _reference(predictions, read_object(read_json(), "body"))


def _answer_faults(api: APIBlueprint) -> None:
    """What recording raises, as every route answers it."""

    def answer(fault: type[Exception], problem: Callable[[Any], Problem]) -> None:
        api.register_error_handler(fault, lambda error: respond(problem(error)))

    for invalid in (InvalidPrediction, InvalidResult):
        answer(invalid, lambda error: bad_field(error.field, str(error)))
    answer(InvalidReference, lambda error: bad_field("accuracy", str(error)))
    answer(UnknownGame, lambda error: bad_field("game_type", f"game_type: {error}"))
    for conflict in (ConflictingPrediction, ConflictingFailure, ConflictingResult):
        answer(conflict, lambda error: Problem(409, str(error), field=KEY))
    answer(DrawIsClosed, lambda error: Problem(409, str(error), field="draw_number"))
    unknown = "model_version"
    answer(UnknownModelVersion, lambda e: Problem(404, f"{unknown}: {e}", field=unknown))


def _one(service: MetricsService, body: dict[str, Any]) -> Response:
    raw = _with_key(body)
    _refuse_unknown(raw, FIELDS)
    key = raw.get(KEY)
    repeated = isinstance(key, str) and service.find(key) is not None
    prediction = service.record_prediction(
        **{"game_type": None, "numbers": None, **raw}, strict=True
    )
    return success(_stored(service, prediction, repeated), status=200 if repeated else 201)


def _with_key(body: dict[str, Any]) -> dict[str, Any]:
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return body
    if body.get(KEY) not in (None, header):
        raise bad_field(KEY, f"{KEY}: differs from the Idempotency-Key header")
    return body | {KEY: header}


def _stored(
    service: MetricsService, prediction: Prediction | None, repeated: bool
) -> dict[str, Any]:
    if prediction is None:
        return {}
    return {
        "status": "repeated" if repeated else "stored",
        KEY: prediction.key,
        "game": prediction.game,
        "model_version": prediction.model_version,
        "role": service.role_of(prediction),
        "predicted_at": from_micros(prediction.predicted_at),
        "draw_number": prediction.draw_number,
    }


def _many(service: MetricsService, batch: Batch) -> Response:
    if "Idempotency-Key" in request.headers:
        raise Problem(400, f"Idempotency-Key: in a batch each item has its own {KEY}", field=KEY)
    done = service.record_predictions(batch.items.values())
    items = _items(batch, done)
    refused = sum(item["status"] >= 400 for item in items)
    data = {
        "stored": done.stored,
        "repeated": len(done.repeated),
        "refused": refused,
        "items": items,
    }
    return success(data, status=207 if refused else 201)


def _items(batch: Batch, done: metrics_service.Batch) -> list[dict[str, Any]]:
    """What became of each item, in the order they were sent."""
    if done.stored == len(batch.items) and not batch.unreadable:  # as almost always
        return [{"status": 201, KEY: key} for key in done.keys]
    if not batch.unreadable:
        return [_item(done, index) for index in range(len(batch.items))]
    found = {place: {"status": 400, "detail": why} for place, why in batch.unreadable.items()}
    found |= {place: _item(done, index) for index, place in enumerate(batch.items)}
    return [found[place] for place in sorted(found)]


def _item(done: metrics_service.Batch, index: int) -> dict[str, Any]:
    error = done.refused.get(index)
    if error:
        return {"status": 422, "field": error.field, "detail": str(error)}
    key = done.keys[index]
    if index in done.conflicts:
        return {"status": 409, KEY: key, "detail": f"{KEY}: was used before for another prediction"}
    return {"status": 200 if index in done.repeated else 201, KEY: key}


def _result(service: AccuracyTracker, given: dict[str, Any]) -> Response:
    body = _with_key(given)
    _refuse_unknown(body, _RESULT_FIELDS)
    for name in ("game_type", "draw_number", "winning_numbers", "draw_date"):
        if name not in body:
            raise bad_field(name, f"{name}: is missing")
    outcome = service.record_result(**body, recorded_by="rest", strict=True)
    data = {
        "status": outcome.value if outcome else "waiting",
        "game": body["game_type"],
        "draw_number": body["draw_number"],
    }
    return success(data, status=_STATUS[outcome])


def _failure(service: MetricsService, body: dict[str, Any]) -> Response:
    failure = service.record_failure(**checked(FailureBody, _with_key(body)).model_dump())
    data = {
        "status": "stored",
        KEY: failure.key,
        "game": failure.game,
        "model_version": failure.model_version,
    }
    return success(data, status=201)


def _reference(service: MetricsService, body: dict[str, Any]) -> Response:
    given = checked(ReferenceBody, body)
    service.set_reference_accuracy(given.model_version, given.accuracy, given.game_type)
    return success(given.model_dump())


def _refuse_unknown(body: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(body.keys() - known)
    if unknown:
        raise bad_field(unknown[0], f"{unknown[0]}: is not a known field")
