"""The retrainer's HTTP edge: parse, call one function, shape the answer."""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from flask import Flask, Response, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine

from exporter.collectors.retrainer import RETRAINER_ALERT_REPEATS, RETRAINER_ALERTS, Telemetry
from exporter.domain.alerts.payload import MalformedPayload, parse_payload
from exporter.domain.games import Games, UnknownGame
from exporter.domain.moments import from_micros, rfc3339
from exporter.domain.retraining import Trigger
from exporter.messages import Language
from exporter.messages.small_pages import small_page
from exporter.serving import access, deadlines, instruments, problems
from exporter.serving.access import Access
from exporter.serving.json_body import JSON, printable, read_json
from exporter.serving.probes import probed, scraped
from exporter.serving.problems import Problem, first_fault, refuse_parameters
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.migrate import is_current
from exporter.storage.retraining import Request, Run
from exporter.storage.sqlite_engine import file_fault
from retrainer.clock import Clock
from retrainer.wishes import Wish, alert_wish, keep


def success(data: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    """What was asked for."""
    body = msgspec.json.encode({"status": "success", "data": data})
    return Response(body, status, content_type=JSON)


def landing() -> Response:
    """The page that says where to look."""
    page = small_page("Lotofácil retrainer", _LANDING, Language.EN)
    return Response(page, content_type="text/html; charset=utf-8")


def run_shown(run: Run) -> dict[str, object]:
    """A run with its moments as RFC 3339."""
    return {
        "id": run.id,
        "game": run.game,
        "request": run.request_id,
        "started_at": _shown(run.started_at),
        "ended_at": _shown(run.ended_at),
        "outcome": run.outcome,
        "model_version": run.model_version,
        "detail": run.detail,
    }


def request_shown(request: Request) -> dict[str, object]:
    """A request with its moments as RFC 3339; its payload stays here."""
    return {
        "id": request.id,
        "key": request.key,
        "game": request.game,
        "reason": request.reason,
        "received_at": _shown(request.received_at),
        "decision": request.decision,
        "explanation": request.explanation,
        "decided_at": _shown(request.decided_at),
    }


def _shown(micros: int | None) -> str | None:
    return None if micros is None else rfc3339(from_micros(micros))


_LANDING = """<ul>
<li><a href="/metrics">/metrics</a></li>
<li><a href="/runs">/runs</a>: training runs and requests</li>
<li>POST /webhook: Alertmanager, payload version 4</li>
<li>POST /retrain: {"game": "lotofacil", "force": false}</li>
<li><a href="/-/healthy">/-/healthy</a>, <a href="/-/ready">/-/ready</a></li>
</ul>"""


#: Largest body that is read, in bytes: a webhook of some thousand alerts.
MAX_BODY = 4_000_000
#: What a request may take in the database: Alertmanager gives up after 10.
_SECONDS = 5


class ManualRequest(BaseModel):
    """The body of a request made by hand; the same `key` again is the same request."""

    model_config = ConfigDict(extra="forbid", strict=True)

    game: str = "lotofacil"
    force: bool = False
    key: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(printable)] = ""


class RunsQuery(BaseModel):
    """Which runs are listed: the newest `limit` of a game, older than the run `before`."""

    model_config = ConfigDict(extra="forbid")

    game: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    before: Annotated[int, Field(ge=1, lt=2**62)] | None = None


@dataclass(frozen=True)
class Desk:
    """The routes, one method for each, and what they work with."""

    engine: Engine
    games: Games
    access: Access
    cooldown: float
    telemetry: Telemetry
    clock: Clock
    wake: Callable[[], None]
    is_working: Callable[[], bool]

    def webhook(self) -> Response:
        """Keeps the alerts of a delivery, then answers; the work is done later."""
        try:
            alerts = parse_payload(read_json())
        except MalformedPayload as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error), field=error.field) from None
        new = self._keep([alert_wish(alert, self.games) for alert in alerts])
        repeated = len(alerts) - new
        self.telemetry.add(RETRAINER_ALERTS, len(alerts))
        self.telemetry.add(RETRAINER_ALERT_REPEATS, repeated)
        return success({"accepted": new, "repeated": repeated})

    def retrain(self) -> Response:
        """Keeps a request made by hand: {"game": …, "force": false, "key": optional}."""
        try:
            asked = ManualRequest.model_validate(read_json())
        except ValidationError as error:
            fault = first_fault(error)
            raise Problem(HTTPStatus.BAD_REQUEST, fault.detail, **fault.members) from None
        payload = json.dumps({"force": asked.force})
        key = f"manual:{asked.key or uuid.uuid4().hex}"
        wish = Wish(key, self.games[asked.game].name, Trigger.MANUAL, payload)
        data = {"key": wish.key, "repeated": not self._keep([wish]), "runs": "/runs"}
        return success(data, HTTPStatus.ACCEPTED)

    def runs(self) -> Response:
        """The newest runs and requests."""
        try:
            query = RunsQuery.model_validate(request.args.to_dict())
        except ValidationError as error:
            return refuse_parameters(error)
        game = query.game if query.game is None else self.games[query.game].name
        with reading(self.engine) as connection:
            runs = retraining.recent_runs(connection, game, query.limit, query.before)
            requests = retraining.recent_requests(connection, game, query.limit)
        shown = {
            "runs": [run_shown(run) for run in runs],
            "requests": [request_shown(request) for request in requests],
        }
        return success(shown)

    def healthy(self) -> Response:
        """Whether this process does its work; the database does not count."""
        return probed("healthy", None if self.is_working() else "the worker has ended")

    def ready(self) -> Response:
        """Whether requests can be kept and worked on now."""
        if fault := file_fault(self.engine):
            return probed("healthy", f"database: {fault}")
        if not is_current(self.engine):
            return probed("healthy", "the database lacks migrations")
        return self.healthy()

    def metrics(self) -> Response:
        """This process's metrics, in the format asked for."""
        return scraped(self.telemetry.render)

    def _keep(self, wishes: Sequence[Wish]) -> int:
        """How many were new."""
        now = self.clock()
        with writing(self.engine) as connection:
            new = sum([keep(connection, wish, self.cooldown, now) for wish in wishes])
        if new:
            self.wake()
        return new


def create_app(desk: Desk) -> Flask:
    """The WSGI application."""
    app = Flask("retrainer")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    problems.install(app)
    deadlines.install(app, _SECONDS)
    instruments.install(app, desk.telemetry.http)
    access.install(app, desk.access)
    app.register_error_handler(UnknownGame, _unknown_game)
    app.add_url_rule("/", view_func=landing)
    app.add_url_rule("/webhook", view_func=desk.webhook, methods=["POST"])
    app.add_url_rule("/retrain", view_func=desk.retrain, methods=["POST"])
    app.add_url_rule("/runs", view_func=desk.runs)
    app.add_url_rule("/-/healthy", view_func=desk.healthy)
    app.add_url_rule("/-/ready", view_func=desk.ready)
    app.add_url_rule("/metrics", view_func=desk.metrics)
    return app


def _unknown_game(error: UnknownGame) -> Response:
    return problems.respond(Problem(HTTPStatus.BAD_REQUEST, str(error)))
