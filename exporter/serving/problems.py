"""Errors as application/problem+json (RFC 9457): for every path and status, never a traceback."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from exporter.logs import get_logger
from exporter.messages import Language
from exporter.recording.destination import DestinationRefuses, DestinationUnavailable
from exporter.recording.prepared_database import meaning, reason
from exporter.recording.spool_file import SpoolUnusable
from exporter.serving.deadlines import time_is_over
from exporter.serving.refusals import PROBLEM_TYPE, problem_document
from exporter.storage.faults import MEANINGS

_log = get_logger(__name__)
#: Most signs of a value that an answer repeats.
_LONGEST = 60


class Problem(Exception):
    """An error to answer with. `members` are added to the document, such as the field at fault."""

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def bad_parameter(parameter: str, reason: str) -> Problem:
    """A query parameter that cannot be used."""
    return Problem(400, f"{parameter}: {reason}", parameter=parameter)


def bad_field(field: str, detail: str) -> Problem:
    """A field of a body that breaks a rule; `detail` names it, too."""
    return Problem(422, detail, field=field)


def first_fault(error: ValidationError) -> Problem:
    """The first field of a body that breaks its model."""
    fault = error.errors(include_url=False)[0]
    name = _name(fault)
    return bad_field(name, f"{name}: {_reason(fault, 'field')}")


def respond(problem: Problem) -> Response:
    """The problem as a response."""
    body = problem_document(problem.status, problem.detail, **problem.members)
    return Response(body, problem.status, problem.headers, content_type=PROBLEM_TYPE)


def refuse_parameters(error: ValidationError) -> Response:
    """The answer to query parameters that break their model: every fault at once."""
    faults = [
        {"parameter": _name(fault), "detail": _reason(fault, "parameter")}
        for fault in error.errors(include_url=False)
    ]
    detail = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in faults)
    first = faults[0]["parameter"]
    return respond(Problem(400, detail, parameter=first, errors=faults))


def install(app: Flask) -> None:
    """Has the application answer every error with a problem document."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(SQLAlchemyError, _from_database)
    app.register_error_handler(DestinationUnavailable, _unavailable)
    app.register_error_handler(SpoolUnusable, _not_accepted)
    app.register_error_handler(Exception, _unexpected)


def _name(fault: Any) -> str:
    return ".".join(str(part) for part in fault["loc"]) or "body"


def _reason(fault: Any, what: str) -> str:
    if fault["type"] == "extra_forbidden":
        return f"is not a known {what}"
    if fault["type"] == "missing":
        return "is missing"
    message = str(fault["msg"])
    if fault["type"] == "value_error":
        return message.removeprefix("Value error, ")
    return f"{_shown(fault['input'])}{message[0].lower()}{message[1:]}"


def _shown(value: object) -> str:
    if not isinstance(value, str | int | float):
        return ""
    return f"{value!r} - " if len(repr(value)) <= _LONGEST else f"{repr(value)[:_LONGEST]}… - "


def _from_http(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return respond(Problem(error.code or 500, error.description or error.name, headers))


def _from_database(error: SQLAlchemyError) -> Response:
    cause = meaning(error, reason(error))
    return _unexpected(error) if cause is None else _unavailable(cause)


def _unavailable(error: DestinationUnavailable) -> Response:
    return _refuses(error) if isinstance(error, DestinationRefuses) else _away(error)


def _away(error: DestinationUnavailable) -> Response:
    late = time_is_over()
    event = "request_took_too_long" if late else "database_away"
    _log.warning(event, path=request.path, fault=error.fault.value)
    return respond(Problem(503, late or f"the database {_said(error)}", {"Retry-After": "5"}))


def _refuses(error: DestinationRefuses) -> Response:
    _log.error("database_refuses", path=request.path, error=str(error))
    detail = f"the database answers and refuses this: it {_said(error)}"
    return respond(Problem(503, f"{detail}; the log says more", {"Retry-After": "30"}))


def _said(error: DestinationUnavailable) -> str:
    return MEANINGS[error.fault].to(Language.EN)


def _not_accepted(error: SpoolUnusable) -> Response:
    _log.error("spool_unusable", path=request.path, error=str(error))
    detail = f"nothing was accepted: the spool on disk {error.why}"
    return respond(Problem(503, detail, {"Retry-After": "30"}))


def _unexpected(error: Exception) -> Response:
    _log.error("request_failed", path=request.path, error=repr(error), exc_info=error)
    return respond(Problem(500, "an error of this server; its log says more"))
