"""The REST routes of alerts: what fires, what was notified, and the rules that users made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from flask_openapi.types import ResponseDict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from exporter.alerting.alert_history import AlertEntry, AlertHistory
from exporter.alerting.alert_system import AlertSystem, RuleOutcome
from exporter.domain.alerts import AlertRule
from exporter.domain.alerts.payload import MalformedPayload
from exporter.serving.json_body import read_json
from exporter.serving.problems import Problem, bad_field
from exporter.web.answers import Envelope, cursor_of, success, with_next
from exporter.web.bodies import legible, read_object
from exporter.web.openapi import body_of
from exporter.web.queries import PageParameters, Parameters

ALERTS = Tag(name="alerts", description="What fires, what was notified, and users' rules")
_SET: ResponseDict = {"201": {"description": "Made"}, "200": {"description": "Replaced"}}
_TAKEN: ResponseDict = {"200": {"description": "Kept; what was told before is kept once"}}
_REMOVED: ResponseDict = {"200": {"description": "Removed"}}


@dataclass(frozen=True, slots=True)
class AlertsData:
    """Alerts that fire now, and a page of the history of notifications, newest first."""

    active: Sequence[AlertEntry]
    items: Sequence[AlertEntry]
    next_cursor: str | None


class RuleParameters(Parameters):
    """Which rule."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=128, description="The rule's name."),
        AfterValidator(legible),
    ]


class RuleBody(BaseModel):
    """A rule, with the names of the documented AlertRule. Describes; does not check."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=128)]
    metric_type: Annotated[str, Field(examples=["accuracy", "performance.error_rate"])]
    condition: Annotated[str, Field(examples=["<"])]
    threshold: float
    severity: Annotated[str, Field(description="info, warning or critical.")] = "warning"
    description: str = ""
    event: Annotated[str, Field(description="Left out: the metric's own.")] = ""
    game: str | None = None
    model_version: str | None = None
    window: Annotated[str, Field(description="Draws ('30', 'all') or a span ('1h').")] = ""
    sample_size_min: int = 0


class WebhookBody(BaseModel):
    """What Alertmanager posts (version 4); fields that are not listed are passed over."""

    model_config = ConfigDict(extra="allow")

    version: str = "4"
    alerts: list[dict[str, Any]]


def add_alerts(api: APIBlueprint, alerts: AlertSystem, history: AlertHistory) -> None:
    """Adds the routes of alerts."""
    _add_history(api, history)
    _add_rules(api, alerts)
    _add_changes(api, alerts)


def _add_history(api: APIBlueprint, history: AlertHistory) -> None:
    @api.get("/alerts", tags=[ALERTS], responses={"200": Envelope[AlertsData]})
    def list_alerts(query: PageParameters) -> Response:
        """Alerts that fire now, and the history of notifications."""
        before = query.before(1)
        page = history.page(query.limit, before[0] if before else None)
        cursor = cursor_of(page)
        return with_next(success(AlertsData(history.active(), page.entries, cursor)), cursor)

    @api.post(
        "/alerts/notifications",
        tags=[ALERTS],
        responses=_TAKEN,
        request_body=body_of(WebhookBody),
    )
    def post_notifications() -> Response:
        """Takes Alertmanager's webhook into the history."""
        try:
            return success({"new": history.record(read_json())})
        except MalformedPayload as error:
            raise bad_field(error.field, str(error)) from None


def _add_rules(api: APIBlueprint, alerts: AlertSystem) -> None:
    @api.get("/alerts/rules", tags=[ALERTS], responses={"200": Envelope[list[AlertRule]]})
    def list_rules(query: Parameters) -> Response:  # noqa: ARG001 - refuses parameters
        """The rules that users made."""
        return success(alerts.list_rules())

    @api.get("/alerts/channels", tags=[ALERTS])
    def list_channels(query: Parameters) -> Response:  # noqa: ARG001 - refuses parameters
        """Who is told; secrets are hidden."""
        return success([channel.shown() for channel in alerts.list_notification_channels()])


def _add_changes(api: APIBlueprint, alerts: AlertSystem) -> None:
    @api.post("/alerts/rules", tags=[ALERTS], responses=_SET, request_body=body_of(RuleBody))
    def post_rule() -> Response:
        """Makes or replaces a rule; warns of a threshold that chance alone breaks."""
        added = _added(alerts, read_object(read_json(), "body"))
        data = {"rule": added.rule, "advice": added.advice}
        return success(data, added.warnings, status=200 if added.replaced else 201)

    @api.delete("/alerts/rules", tags=[ALERTS], responses=_REMOVED)
    def delete_rule(query: RuleParameters) -> Response:
        """Removes a rule."""
        if not alerts.remove_rule(query.name):
            raise Problem(404, f"name: there is no rule named {query.name!r}", parameter="name")
        return success({"removed": query.name})


def _added(alerts: AlertSystem, body: dict[str, Any]) -> RuleOutcome:
    try:
        return alerts.add_rule(AlertRule.from_dict(body))
    except ValueError as error:
        raise bad_field(str(error).partition(":")[0], str(error)) from None
