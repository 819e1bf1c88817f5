"""The REST routes that read: figures, lists, exports."""

from dataclasses import fields

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag

from exporter.services.figures.cells import TooMuchToRead
from exporter.services.figures.summary import LiveData, SummaryData
from exporter.services.listings import DrawEntry, ModelEntry, PredictionEntry
from exporter.services.metrics_query import MetricsData
from exporter.services.overview.standing_shapes import StandingData
from exporter.web.answers import Envelope, Listed, conditional, listed, success
from exporter.web.dependencies import WebDependencies
from exporter.web.export import export
from exporter.web.openapi import file_answer
from exporter.web.problems import bad_parameter, respond
from exporter.web.queries import (
    DrawsParameters,
    ExportParameters,
    FiguresParameters,
    FilterParameters,
    Parameters,
    PredictionsParameters,
    SummaryParameters,
)

FIGURES = Tag(name="figures", description="Figures beside what chance gives")
RECORDS = Tag(name="records", description="What is recorded")


def add_reading(api: APIBlueprint, d: WebDependencies) -> None:
    """Adds every route that reads."""
    api.register_error_handler(
        TooMuchToRead, lambda e: respond(bad_parameter(e.parameter, e.reason))
    )
    _add_figures(api, d)
    _add_standing(api, d)
    _add_now(api, d)
    _add_export(api, d)
    _add_lists(api, d)


def _add_figures(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/metrics", tags=[FIGURES], responses={"200": Envelope[MetricsData]})
    def metrics(query: FiguresParameters) -> Response:
        """Figures over a period, of some types, broken down or not."""
        asked = query.query(d.games, d.now())

        def answer() -> Response:
            found = d.metrics.metrics(asked)
            return success(_without_nulls(found.data), [*query.notes(), *found.warnings])

        return conditional(d.version(), answer)

    @api.get("/metrics/summary", tags=[FIGURES], responses={"200": Envelope[SummaryData]})
    def summary(query: SummaryParameters) -> Response:
        """Where things stand; `accuracy.current` is the accuracy on the last draws."""
        asked = query.query(d.games, d.now())

        def answer() -> Response:
            found = d.metrics.summary(asked)
            return success(found.data, found.warnings)

        return conditional(d.version(), answer)


def _add_standing(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/metrics/models", tags=[FIGURES], responses={"200": Envelope[StandingData]})
    def standing(query: FilterParameters) -> Response:
        """Every model version since its start: windows, evidence, calibration, prizes, money."""
        selection = query.selection(d.games)

        def answer() -> Response:
            found = d.metrics.standing(selection)
            return success(found.data, found.warnings)

        return conditional(d.version(), answer)


def _add_now(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/metrics/live", tags=[FIGURES], responses={"200": Envelope[LiveData]})
    def live(query: Parameters) -> Response:  # noqa: ARG001 - refuses parameters
        """What happens now: this hour and the one before it."""
        found = d.metrics.live()
        response = success(found.data, found.warnings)
        response.headers["Cache-Control"] = "no-store"
        return response


def _add_export(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/metrics/export", tags=[FIGURES], responses={"200": file_answer()})
    def export_figures(query: ExportParameters) -> Response:
        """Figures, raw predictions or draws as a file, streamed."""
        return export(d, query)


def _add_lists(api: APIBlueprint, d: WebDependencies) -> None:
    @api.get("/predictions", tags=[RECORDS], responses={"200": Envelope[Listed[PredictionEntry]]})
    def predictions(query: PredictionsParameters) -> Response:
        """Raw predictions, newest first, each beside its draw's result."""
        asked = query.query(d.games, d.now())
        return conditional(d.version(), lambda: listed(d.listings.predictions(asked)))

    @api.get("/draws", tags=[RECORDS], responses={"200": Envelope[Listed[DrawEntry]]})
    def draws(query: DrawsParameters) -> Response:
        """Draws, newest first, and how each model did on them."""
        asked = query.query(d.games, d.now())
        return conditional(d.version(), lambda: listed(d.listings.draws(asked)))

    @api.get("/models", tags=[RECORDS], responses={"200": Envelope[list[ModelEntry]]})
    def models(query: FilterParameters) -> Response:
        """Every model version; control arms are marked by their role."""
        selection = query.selection(d.games)
        return conditional(d.version(), lambda: success(d.listings.models(selection)))


def _without_nulls(data: MetricsData) -> dict[str, object]:
    found = {field.name: getattr(data, field.name) for field in fields(data)}
    return {name: value for name, value in found.items() if value is not None}
