"""The retrainer's HTTP edge: parse, call one function, shape the answer."""

import hmac
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from prometheus_client.exposition import choose_encoder
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from exporter import catalog
from exporter.domain.games import Games
from exporter.domain.hosts import LOCAL, KnownHosts
from exporter.domain.retraining import Trigger
from exporter.logs import get_logger
from exporter.messages import Language, text
from exporter.serving.refusals import Refusal
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.faults import fault_of
from exporter.storage.limits import BRIEF_SECONDS, limited
from exporter.storage.migrate import is_current
from exporter.storage.sqlite_engine import file_fault
from retrainer.answers import landing, plain, problem, request_shown, run_shown, success
from retrainer.clock import Clock
from retrainer.intake import keep
from retrainer.telemetry import Telemetry
from retrainer.webhook import Malformed, Wish, parse_json, parse_webhook

#: Largest body that is read, in bytes: a webhook of some thousand alerts.
MAX_BODY = 4_000_000
_MOST_RUNS = 500
_OPEN = frozenset({"/", "/metrics", "/-/healthy", "/-/ready"})
#: What a request may take in the database: Alertmanager gives up after 10.
_SECONDS = 5
_log = get_logger(__name__)


@dataclass(frozen=True)
class Desk:
    """What the routes work with. An empty token lets everybody in (on loopback only).

    `hosts`: the names under which the service may be called.
    """

    engine: Engine
    games: Games
    token: str
    cooldown: float
    telemetry: Telemetry
    clock: Clock
    wake: Callable[[], None]
    is_working: Callable[[], bool]
    hosts: KnownHosts = LOCAL

    def refusal(self, path: str, host: str, authorization: str) -> Refusal | None:
        """Why a call is not let in; None: it is."""
        if fault := self.hosts.fault(host):
            return Refusal(HTTPStatus.MISDIRECTED_REQUEST, fault)
        wanted = f"Bearer {self.token}".encode()
        given = authorization.encode("latin-1", "replace")
        if path in _OPEN or not self.token or hmac.compare_digest(given, wanted):
            return None
        headers = {"WWW-Authenticate": "Bearer"}
        return Refusal(HTTPStatus.UNAUTHORIZED, "Authorization: needs the bearer token", headers)

    def gate(self, _method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """The same for a request whose body is still to come (see serving)."""
        if path in _OPEN:
            return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{path} takes no body")
        return self.refusal(path, headers.get("HOST", ""), headers.get("AUTHORIZATION", ""))


def create_app(desk: Desk) -> Flask:
    """The WSGI application."""
    app = Flask("retrainer")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    routes = Routes(desk)
    app.before_request(routes.check)
    app.after_request(routes.count)
    app.add_url_rule("/", "landing", routes.landing)
    app.add_url_rule("/webhook", "webhook", routes.webhook, methods=["POST"])
    app.add_url_rule("/retrain", "retrain", routes.retrain, methods=["POST"])
    app.add_url_rule("/runs", "runs", routes.runs)
    app.add_url_rule("/-/healthy", "healthy", routes.healthy)
    app.add_url_rule("/-/ready", "ready", routes.ready)
    app.add_url_rule("/metrics", "metrics", routes.metrics)
    app.register_error_handler(HTTPException, lambda error: problem(error.code, error.description))
    app.register_error_handler(Malformed, lambda error: problem(HTTPStatus.BAD_REQUEST, str(error)))
    app.register_error_handler(SQLAlchemyError, _database_away)
    _limit_requests(app)
    return app


def _limit_requests(app: Flask) -> None:
    answer = app.wsgi_app

    def within_limits(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with limited(_SECONDS, BRIEF_SECONDS, environ.get("waitress.client_disconnected")):
            return answer(environ, start_response)

    app.wsgi_app = within_limits  # type: ignore[method-assign]  # Flask's own way


class Routes:
    """One method for each route."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def check(self) -> Response | None:
        """Lets in who knows our name and has the token, and of bodies only JSON.

        (A page of another site can post other kinds without asking.)
        """
        host, authorization = (request.headers.get(n, "") for n in ("Host", "Authorization"))
        if refusal := self._desk.refusal(request.path, host, authorization):
            answer = problem(refusal.status, refusal.detail)
            answer.headers.update(refusal.headers)
            return answer
        if request.method == "POST" and request.mimetype != "application/json":
            return problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: must be application/json"
            )
        return None

    def count(self, response: Response) -> Response:
        """Counts an answer."""
        route = request.url_rule.rule if request.url_rule else "unknown"
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        self._desk.telemetry.count_request(route, method, response.status_code)
        return response

    def webhook(self) -> Response:
        """Keeps the alerts of a delivery, then answers; the work is done later."""
        wishes = parse_webhook(request.get_data(), self._desk.games)
        kept = self._keep(wishes)
        self._desk.telemetry.add(catalog.RETRAINER_ALERTS, len(wishes))
        self._desk.telemetry.add(catalog.RETRAINER_ALERT_REPEATS, len(wishes) - len(kept))
        return success({"accepted": len(kept), "repeated": len(wishes) - len(kept)})

    def retrain(self) -> Response:
        """Keeps a request made by hand: {"game": …, "force": false, "key": optional}."""
        wish = _manual(parse_json(request.get_data()), self._desk.games)
        kept = self._keep([wish])
        data = {"key": wish.key, "repeated": not kept, "runs": "/runs"}
        return success(data, HTTPStatus.ACCEPTED)

    def runs(self) -> Response:
        """The newest runs and requests: ?game=&limit=&before=."""
        game, limit, before = _run_query(request.args.to_dict(flat=False), self._desk.games)
        with reading(self._desk.engine) as connection:
            runs = retraining.recent_runs(connection, game, limit, before)
            requests = retraining.recent_requests(connection, game, limit)
        shown = {
            "runs": [run_shown(run) for run in runs],
            "requests": [request_shown(kept) for kept in requests],
        }
        return success(shown)

    def healthy(self) -> Response:
        """Whether this process does its work; the database does not count."""
        if not self._desk.is_working():
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the worker has ended")
        return plain("healthy\n")

    def ready(self) -> Response:
        """Whether requests can be kept and worked on now."""
        if fault := file_fault(self._desk.engine):
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, f"database: {fault}")
        if not is_current(self._desk.engine):
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database lacks migrations")
        return self.healthy()

    def metrics(self) -> Response:
        """This process's metrics, in the format asked for."""
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(self._desk.telemetry.registry), content_type=content_type)

    def landing(self) -> Response:
        """Where to look."""
        return landing()

    def _keep(self, wishes: list[Wish]) -> list[Wish]:
        now = self._desk.clock()
        with writing(self._desk.engine) as connection:
            kept = [wish for wish in wishes if keep(connection, wish, self._desk.cooldown, now)]
        if kept:
            self._desk.wake()
        return kept


def _database_away(error: SQLAlchemyError) -> Response:
    fault = fault_of(error)
    _log.error("request_not_kept", fault=fault.value, error=str(error).partition("\n")[0])
    why = text(f"faults.{fault.value}", Language.EN)
    answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, f"the database {why}; try again")
    answer.headers["Retry-After"] = "5"
    return answer


def _manual(body: dict[str, Any], games: Games) -> Wish:
    unknown = sorted(set(body) - {"game", "force", "key"})
    if unknown:
        raise Malformed(f"{unknown[0][:60]}: not a field; game, force and key are")
    game, force = body.get("game", "lotofacil"), body.get("force", False)
    if not isinstance(game, str) or game not in games:
        raise Malformed(_unknown_game(game, games))
    if not isinstance(force, bool):
        raise Malformed("force: must be true or false")
    key = body.get("key", uuid.uuid4().hex)
    if not isinstance(key, str) or not 0 < len(key) <= 100 or not key.isprintable():
        raise Malformed("key: must be a text of 1 to 100 characters")
    payload = json.dumps({"force": force})
    return Wish(f"manual:{key}", game, Trigger.MANUAL, payload)


def _run_query(given: dict[str, list[str]], games: Games) -> tuple[str | None, int, int | None]:
    unknown = sorted(set(given) - {"game", "limit", "before"})
    if unknown:
        raise Malformed(f"{unknown[0][:60]}: not a parameter; game, limit and before are")
    game = given["game"][0] if "game" in given else None
    if game is not None and game not in games:
        raise Malformed(_unknown_game(game, games))
    before = given["before"][0] if "before" in given else None
    limit = _whole("limit", given.get("limit", ["50"])[0], _MOST_RUNS)
    return game, limit, None if before is None else _whole("before", before, 2**62)


def _unknown_game(game: object, games: Games) -> str:
    return f"game: {str(game)[:60]!r} is not known; known games: {', '.join(games)}"


def _whole(name: str, value: str, most: int) -> int:
    # 19 digits hold every number that is not too large, and int() takes no thousands of them.
    if not (value.isascii() and value.isdigit() and len(value) < 20 and 1 <= int(value) <= most):
        raise Malformed(f"{name}: {value[:60]!r} is not a whole number from 1 to {most}")
    return int(value)
