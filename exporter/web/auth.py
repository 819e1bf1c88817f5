"""Who may call: a bearer token, or HTTP Basic with the token as the password for browsers.

Whatever the token, only under a name of this server: see KnownHosts.
"""

from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus

from flask import Flask, request

from exporter.domain.hosts import LOCAL, KnownHosts
from exporter.web.problems import Problem

#: What monitoring needs, and what shows no figures.
OPEN_RULES = frozenset({"/", "/metrics", "/-/healthy", "/-/ready"})
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


def install(app: Flask, access: Access) -> None:
    """Has the application refuse calls under a foreign name, and those that lack the token."""

    def guard() -> None:
        if fault := access.hosts.fault(request.headers.get("Host", "")):
            raise Problem(HTTPStatus.MISDIRECTED_REQUEST, fault)
        rule = request.url_rule.rule if request.url_rule else None
        if rule not in OPEN_RULES and access.needs_token(request.method):
            _require(access)

    app.before_request(guard)


def _require(access: Access) -> None:
    if not access.token:
        raise Problem(403, "beyond loopback this needs EXPORTER_API_TOKEN to be set on the server")
    if not compare_digest(_given().encode(), access.token.encode()):
        page = not request.path.startswith("/api/")
        challenge = 'Basic realm="lotofacil", charset="UTF-8"' if page else 'Bearer realm="api"'
        raise Problem(401, "the token is missing or wrong", {"WWW-Authenticate": challenge})


def _given() -> str:
    given = request.authorization
    if given is None:
        return ""
    return (given.token if given.type == "bearer" else given.password) or ""
