"""Who may call: a bearer token, or HTTP Basic with the token as the password for browsers.

Whatever the token, only under a name of this server: see KnownHosts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus

from flask import Flask, request
from werkzeug.datastructures import Authorization

from exporter.domain.hosts import LOCAL, KnownHosts
from exporter.serving.problems import Problem
from exporter.serving.refusals import Refusal

#: What monitoring needs, and what shows no figures.
OPEN_PATHS = frozenset({"/", "/metrics", "/-/healthy", "/-/ready"})
_PAGES = 'Basic realm="lotofacil", charset="UTF-8"'
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Access:
    """The rules: where the server listens, the token, whether reading needs it, its names."""

    loopback: bool
    token: str = field(default="", repr=False)
    anonymous_read: bool = False
    hosts: KnownHosts = LOCAL

    def needs_token(self, method: str) -> bool:
        """Whether a call needs the token: writes do where there is one, and beyond loopback."""
        if method in _READS and self.anonymous_read:
            return False
        return bool(self.token) or not self.loopback

    def refusal(self, method: str, path: str, host: str, authorization: str) -> Refusal | None:
        """Why a call is not let in, by its method, path and headers; None: it is."""
        if fault := self.hosts.fault(host):
            return Refusal(HTTPStatus.MISDIRECTED_REQUEST, fault)
        if path in OPEN_PATHS or not self.needs_token(method):
            return None
        if not self.token:
            detail = "beyond loopback this needs EXPORTER_API_TOKEN to be set on the server"
            return Refusal(HTTPStatus.FORBIDDEN, detail)
        if compare_digest(_token_of(authorization), self.token.encode()):
            return None
        is_page = method in _READS and not path.startswith("/api/")
        challenge = _PAGES if is_page else 'Bearer realm="api"'
        headers = {"WWW-Authenticate": challenge}
        return Refusal(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong", headers)

    def gate(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """The same for a request whose body is still to come (see serving)."""
        if path in OPEN_PATHS:
            return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{path} takes no body")
        host, authorization = (headers.get(n, "") for n in ("HOST", "AUTHORIZATION"))
        return self.refusal(method, path, host, authorization)


def install(app: Flask, access: Access) -> None:
    """Has the application refuse calls under a foreign name, and those that lack the token."""

    def guard() -> None:
        host, authorization = (request.headers.get(n, "") for n in ("Host", "Authorization"))
        if refusal := access.refusal(request.method, request.path, host, authorization):
            raise Problem(refusal.status, refusal.detail, refusal.headers)

    app.before_request(guard)


def _token_of(authorization: str) -> bytes:
    """The token in a header, whose signs stand for bytes; empty where there is none."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode("latin-1", "replace")
    if scheme.lower() != "basic" or not authorization.isascii():
        return b""
    credentials = Authorization.from_header(authorization)
    return ((credentials and credentials.password) or "").encode()
