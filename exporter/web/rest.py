"""The REST routes that read: figures, lists, exports."""

from dataclasses import fields
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from exporter.figures.listings import DrawEntry, ModelEntry, PredictionEntry
from exporter.figures.metrics_query import MetricsData
from exporter.figures.place import TooMuchToRead
from exporter.figures.shapes import Answer
from exporter.figures.standing import StandingData
from exporter.figures.summary import LiveData, SummaryData
from exporter.serving.problems import bad_parameter, respond
from exporter.web import queries
from exporter.web.answers import Envelope, Listed, conditional, listed, success
from exporter.web.dependencies import WebDependencies
from exporter.web.export import export
from exporter.web.openapi import file_answer

FIGURES = Tag(name="figures", description="Figures beside what chance gives")
RECORDS = Tag(name="records", description="What is recorded")


def add_reading(api: APIBlueprint, d: WebDependencies) -> None:
    """Adds every route that reads."""
    api.register_error_handler(
        TooMuchToRead, lambda e: respond(bad_parameter(e.parameter, e.reason))
    )
    _add_figures(api, d)
    _add_lists(api, d)


def _add_figures(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/metrics", tags=[FIGURES], responses={"200": Envelope[MetricsData]})
    def metrics(query: queries.FiguresParameters) -> Response:
        """Figures over a period, of some types, broken down or not."""
        asked = query.query(d.games, d.now())

        def answer() -> Response:
            result = d.metrics.metrics(asked)
            return success(_without_nulls(result.data), [*query.notes(), *result.warnings])

        return conditional(d.version(), answer)

    @api.get("/metrics/summary", tags=[FIGURES], responses={"200": Envelope[SummaryData]})
    def summary(query: queries.SummaryParameters) -> Response:
        """Where things stand; `accuracy.current` is the accuracy on the last draws."""
        asked = query.query(d.games, d.now())
        return conditional(d.version(), lambda: _figures(d.metrics.summary(asked)))

    @api.get("/metrics/models", tags=[FIGURES], responses={"200": Envelope[StandingData]})
    def standing(query: queries.FilterParameters) -> Response:
        """Every model version since its start: windows, evidence, calibration, prizes, money."""
        selection = query.selection(d.games)
        return conditional(d.version(), lambda: _figures(d.metrics.standing(selection)))

    @api.get("/metrics/live", tags=[FIGURES], responses={"200": Envelope[LiveData]})
    def live(query: queries.Parameters) -> Response:  # noqa: ARG001 - refuses parameters
        """What happens now: this hour and the one before it."""
        response = _figures(d.metrics.live())
        response.headers["Cache-Control"] = "no-store"
        return response

    @api.get("/metrics/export", tags=[FIGURES], responses={"200": file_answer()})
    def export_figures(query: queries.ExportParameters) -> Response:
        """Figures, raw predictions or draws as a file, streamed."""
        return export(d, query)


def _add_lists(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/predictions", tags=[RECORDS], responses={"200": Envelope[Listed[PredictionEntry]]})
    def predictions(query: queries.PredictionsParameters) -> Response:
        """Raw predictions, newest first, each beside its draw's result."""
        asked = query.query(d.games, d.now())
        return conditional(d.version(), lambda: listed(d.listings.predictions(asked)))

    @api.get("/draws", tags=[RECORDS], responses={"200": Envelope[Listed[DrawEntry]]})
    def draws(query: queries.DrawsParameters) -> Response:
        """Draws, newest first, and how each model did on them."""
        asked = query.query(d.games, d.now())
        return conditional(d.version(), lambda: listed(d.listings.draws(asked)))

    @api.get("/models", tags=[RECORDS], responses={"200": Envelope[list[ModelEntry]]})
    def models(query: queries.FilterParameters) -> Response:
        """Every model version; control arms are marked by their role."""
        selection = query.selection(d.games)
        return conditional(d.version(), lambda: success(d.listings.models(selection)))


def _figures(answer: Answer[Any]) -> Response:
    return success(answer.data, answer.warnings)


def _without_nulls(data: MetricsData) -> dict[str, object]:
    sections = {field.name: getattr(data, field.name) for field in fields(data)}
    return {name: value for name, value in sections.items() if value is not None}
