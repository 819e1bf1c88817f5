"""The REST routes that write: predictions and results."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from flask_openapi.types import ResponseDict

from exporter.domain.fates import ConflictingKey, Fate, Fates
from exporter.domain.games import UnknownGame
from exporter.domain.moments import from_micros
from exporter.domain.prediction_parser import FIELDS
from exporter.domain.predictions import Failure, InvalidPrediction, Prediction
from exporter.domain.references import InvalidReference
from exporter.domain.results import InvalidResult
from exporter.recording.accuracy_tracker import AccuracyTracker
from exporter.recording.http_destination import STATUSES
from exporter.recording.metrics_service import MetricsService
from exporter.serving.json_body import read_json
from exporter.serving.problems import Problem, bad_field, respond
from exporter.storage.draws import DrawIsClosed
from exporter.storage.models import UnknownModelVersion
from exporter.web.answers import success
from exporter.web.bodies import (
    NDJSON,
    Batch,
    FailureBody,
    PredictionBody,
    ReferenceBody,
    ResultBody,
    checked,
    read_object,
    read_predictions,
)
from exporter.web.openapi import body_of

KEY = "idempotency_key"
RECORDING = Tag(name="recording", description="What predictors and feeds send")
_RESULT_FIELDS = frozenset(ResultBody.model_fields)
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
        return _many(predictions, body) if isinstance(body, Batch) else _single(predictions, body)

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
        body = checked(FailureBody, _with_key(read_object(read_json(), "body")))
        failure, fate = predictions.take_failure(**body.model_dump())
        return success(_data(failure, fate), status=STATUSES[fate])

    @api.post("/references", tags=[RECORDING], request_body=body_of(ReferenceBody))
    def post_reference() -> Response:
        """Names an accuracy that a model version is held to, instead of to chance."""
        body = checked(ReferenceBody, read_object(read_json(), "body"))
        predictions.set_reference_accuracy(body.model_version, body.accuracy, body.game_type)
        return success(body.model_dump())


def _answer_faults(api: APIBlueprint) -> None:
    """What recording raises, as every route answers it."""

    def answer(fault: type[Exception], problem: Callable[[Any], Problem]) -> None:
        api.register_error_handler(fault, lambda error: respond(problem(error)))

    for invalid in (InvalidPrediction, InvalidResult):
        answer(invalid, lambda error: bad_field(error.field, str(error)))
    answer(InvalidReference, lambda error: bad_field("accuracy", str(error)))
    answer(UnknownGame, lambda error: bad_field("game_type", f"game_type: {error}"))
    answer(ConflictingKey, lambda error: Problem(409, str(error), field=KEY))
    answer(DrawIsClosed, lambda error: Problem(409, str(error), field="draw_number"))
    unknown = "model_version"
    answer(UnknownModelVersion, lambda e: Problem(404, f"{unknown}: {e}", field=unknown))


def _single(service: MetricsService, body: dict[str, Any]) -> Response:
    raw = _with_key(body)
    _refuse_unknown(raw, FIELDS)
    prediction, fate = service.record(raw)
    data = _data(prediction, fate) | {
        "role": service.role_of(prediction),
        "predicted_at": from_micros(prediction.predicted_at),
        "draw_number": prediction.draw_number,
    }
    return success(data, status=STATUSES[fate])


def _with_key(body: dict[str, Any]) -> dict[str, Any]:
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return body
    if body.get(KEY) not in (None, header):
        raise bad_field(KEY, f"{KEY}: differs from the Idempotency-Key header")
    return body | {KEY: header}


def _data(record: Prediction | Failure, fate: Fate) -> dict[str, Any]:
    return {
        "status": "repeated" if fate is Fate.REPEATED else "stored",
        KEY: record.key,
        "game": record.game,
        "model_version": record.model_version,
    }


def _many(service: MetricsService, batch: Batch) -> Response:
    if "Idempotency-Key" in request.headers:
        raise Problem(400, f"Idempotency-Key: in a batch each item has its own {KEY}", field=KEY)
    fates = service.record_predictions(batch.items.values())
    items = _items(batch, fates)
    refused = sum(item["status"] >= 400 for item in items)
    data = {
        "stored": fates.stored,
        "repeated": len(fates.repeated),
        "refused": refused,
        "items": items,
    }
    return success(data, status=207 if refused else 201)


def _items(batch: Batch, fates: Fates) -> list[dict[str, Any]]:
    """What became of each item, in the order they were sent."""
    if fates.stored == len(batch.items) and not batch.unreadable:  # as almost always
        return [{"status": 201, KEY: key} for key in fates.keys]
    items = {place: {"status": 400, "detail": why} for place, why in batch.unreadable.items()}
    items |= {place: _item(fates, index) for index, place in enumerate(batch.items)}
    return [items[place] for place in sorted(items)]


def _item(fates: Fates, index: int) -> dict[str, Any]:
    fate = fates.of(index)
    status = STATUSES[Fate.NEW if fate is Fate.WAITING else fate]
    if fate is Fate.REFUSED:
        error = fates.refused[index]
        return {"status": status, "field": getattr(error, "field", ""), "detail": str(error)}
    item = {"status": status, KEY: fates.keys[index]}
    if fate is Fate.CONFLICT:
        item["detail"] = f"{KEY}: was used before for another prediction"
    return item


def _result(service: AccuracyTracker, sent: dict[str, Any]) -> Response:
    body = _with_key(sent)
    _refuse_unknown(body, _RESULT_FIELDS)
    for name in ("game_type", "draw_number", "winning_numbers", "draw_date"):
        if name not in body:
            raise bad_field(name, f"{name}: is missing")
    fate = service.record_result(**body, recorded_by="rest", strict=True) or Fate.WAITING
    data = {
        "status": fate,
        "game": body["game_type"],
        "draw_number": body["draw_number"],
    }
    return success(data, status=STATUSES[fate])


def _refuse_unknown(body: Mapping[str, Any], fields: frozenset[str]) -> None:
    unknown = sorted(body.keys() - fields)
    if unknown:
        raise bad_field(unknown[0], f"{unknown[0]}: is not a known field")
