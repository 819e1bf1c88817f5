"""The REST routes that a predictor's own spool needs: looking a key up, handing quarantine over."""

from typing import Annotated, Literal

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from exporter.domain.games import Games
from exporter.recording.envelopes import MAX_BODY, MAX_REASON, Quarantined
from exporter.recording.metrics_service import MetricsService
from exporter.serving.json_body import printable, read_json
from exporter.serving.problems import Problem
from exporter.web.answers import success
from exporter.web.bodies import PredictionBody, Text, checked, legible, read_object
from exporter.web.openapi import body_of
from exporter.web.recording import RECORDING


class KeyPath(BaseModel):
    """An idempotency key, as part of the address."""

    key: Annotated[Text, Field(description="The idempotency_key it was sent with.")]


class QuarantinedBody(BaseModel):
    """A record that its sender refused, as it came. Describes and checks."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["prediction", "result"]
    game: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(printable)]
    key: Text
    reason: Annotated[str, Field(max_length=MAX_REASON), AfterValidator(legible)]
    body: Annotated[
        str,
        Field(max_length=MAX_BODY, description="The record, as JSON text."),
        AfterValidator(legible),
    ]
    quarantined_at: Annotated[
        int, Field(ge=0, lt=2**53, description="Microseconds since 1970; 0: now.")
    ]


def add_handover(api: APIBlueprint, predictions: MetricsService, games: Games) -> None:
    """Adds both routes."""

    @api.get("/predictions/<key>", tags=[RECORDING], responses={"200": PredictionBody})
    def prediction_of(path: KeyPath) -> Response:
        """The prediction that was recorded with an idempotency key."""
        prediction = predictions.find(path.key)
        if prediction is None:
            raise Problem(404, f"no prediction has the idempotency_key {path.key!r}")
        return success(prediction.body(games[prediction.game]))

    @api.post("/quarantine", tags=[RECORDING], request_body=body_of(QuarantinedBody))
    def post_quarantined() -> Response:
        """Keeps a record that another process refused, with its reason."""
        body = checked(QuarantinedBody, read_object(read_json(), "body"))
        predictions.quarantine(Quarantined(**body.model_dump()))
        return success({"status": "kept"}, status=201)
