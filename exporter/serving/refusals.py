"""Answers that the server gives itself, before the application is asked: problem documents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from waitress.task import ErrorTask
from waitress.utilities import Error

PROBLEM_TYPE = "application/problem+json"


def problem_document(status: int, detail: str, **members: Any) -> bytes:
    """An error as JSON (RFC 9457)."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": detail}
    return msgspec.json.encode({**body, **members})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not taken in."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


#: Looks at a request's method, path and headers (as WSGI spells them, without HTTP_) before its
#: body is read.
Gate = Callable[[str, str, Mapping[str, str]], Refusal | None]


def open_gate(_method: str, _path: str, _headers: Mapping[str, str]) -> Refusal | None:
    """Lets everything in."""
    return None


class Refused(Error):
    """A refusal in the form in which waitress keeps the fault of a request."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.code = refusal.status
        self.reason = HTTPStatus(refusal.status).phrase
        self.headers = refusal.headers


class RefusalTask(ErrorTask):
    """Writes what the server refuses, waitress' own reasons too; then the connection ends."""

    def execute(self) -> None:
        error = self.request.error  # type: ignore[attr-defined]  # a request that has one
        connection: Any = self.channel
        connection.refuses = True
        body = problem_document(error.code, error.body)
        self.status = f"{error.code} {error.reason}"
        headers = getattr(error, "headers", {})
        self.response_headers = [("Content-Type", PROBLEM_TYPE), *headers.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        connection.server.terms.traffic.refuse(error.code)  # whoever reads the answer finds it
        self.write(body)
