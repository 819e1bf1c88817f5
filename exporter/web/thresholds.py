"""The REST route that says beforehand what chance does to a threshold."""

from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import Field

from exporter.alerting.threshold_advice import (
    DEFAULT_CHANGE,
    LONGEST_WINDOW,
    ExplanationData,
    Question,
    ThresholdAdviser,
)
from exporter.domain.games import UnknownGame
from exporter.serving.problems import bad_parameter
from exporter.web.answers import Envelope, success
from exporter.web.queries import Parameters, Word

THRESHOLDS = Tag(name="thresholds", description="What chance does to a threshold")


class ThresholdParameters(Parameters):
    """An alarm that somebody thinks of."""

    metric: Annotated[Word, Field(description="`accuracy`, or with its window `accuracy.30`.")]
    operator: Annotated[Word, Field(description="One of `<`, `<=`, `>`, `>=`, `==`, `!=`.")]
    value: Annotated[float, Field(allow_inf_nan=False, description="The threshold, a ratio.")]
    window: Annotated[
        int | None, Field(ge=1, le=LONGEST_WINDOW, description="Draws; 30 if left out.")
    ] = None
    sample: Annotated[
        int | None, Field(ge=1, description="Tickets that make the window, instead of it.")
    ] = None
    tickets: Annotated[int, Field(ge=1, le=1_000, description="Tickets per draw.")] = 1
    overlap: Annotated[
        int, Field(ge=0, description="Numbers that all tickets of a draw share.")
    ] = 0
    numbers: Annotated[int | None, Field(ge=1, description="Numbers per ticket.")] = None
    change: Annotated[
        float, Field(ge=-1, le=1, description="The change of accuracy to be found.")
    ] = DEFAULT_CHANGE
    game: Annotated[Word | None, Field(description="The first game if left out.")] = None


def add_thresholds(api: APIBlueprint, adviser: ThresholdAdviser) -> None:
    """Adds the route."""

    @api.get("/thresholds/explain", tags=[THRESHOLDS], responses={"200": Envelope[ExplanationData]})
    def explain(query: ThresholdParameters) -> Response:
        """How often a model at chance breaks a threshold, and how fast a drop would be seen."""
        try:
            return success(adviser.explain(Question(**query.model_dump())))
        except UnknownGame as error:
            raise bad_parameter("game", str(error)) from None
        except ValueError as error:
            name, _, reason = str(error).partition(": ")
            is_ours = name in ThresholdParameters.model_fields
            raise bad_parameter(*((name, reason) if is_ours else ("value", str(error)))) from None
