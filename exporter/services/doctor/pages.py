"""The processes of this product that answer over HTTP: exporter and retrainer."""

import re
import shlex
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

from exporter.domain.hosts import is_loopback, shown
from exporter.outbound.pages import ask, program_at
from exporter.services.doctor.findings import Finding, ok, problem, warning

_EXPORTER = "lotofacil_exporter"
_RETRAINER = "lotofacil_retrainer"
#: What the name of a program, or its path, is made of.
_PROGRAM = re.compile(r"[\w./+-]+")


def check_exporter(url: str, token: str) -> Iterator[Finding]:
    """Exporter, its dashboard and its REST API at `url`."""
    ready = ask(f"{url}/-/ready")
    if not ready.status:
        yield problem("exporter", "exporter_away", url=_shown(url), reason=ready.reason)
    elif other := _other(url, _EXPORTER):
        yield problem("exporter", "exporter_other", url=_shown(url), program=other)
    elif ready.status != 200:
        yield problem("exporter", "exporter_unready", reason=ready.reason)
    else:
        yield ok("exporter", "http_ok", url=_shown(url))
        yield _page("dashboard", f"{url}/dashboard", token)
        yield _page("api", f"{url}/api/metrics/summary", token)


def check_retrainer(url: str, command: str) -> Iterator[Finding]:
    """The retrainer at `url`, and what it trains with."""
    ready = ask(f"{url}/-/ready")
    if ready.status and (other := _other(url, _RETRAINER)):
        yield problem("retrainer", "retrainer_other", url=_shown(url), program=other)
    elif ready.status and ready.status != 200:
        yield problem("retrainer", "retrainer_unready", reason=ready.reason)
    elif not ready.status:
        yield problem("retrainer", "retrainer_away", url=_shown(url), reason=ready.reason)
    elif not command.strip():
        yield warning("retrainer", "retrainer_builtin", url=_shown(url))
    else:
        yield ok("retrainer", "http_ok", url=_shown(url))
    if command.strip() and is_loopback(urlsplit(url).hostname or ""):  # elsewhere has its own
        yield from _program(command)


def _page(subject: str, url: str, token: str) -> Finding:
    page = ask(url, token)
    if page.status == 200:
        return ok(subject, "http_ok", url=_shown(url))
    return problem(subject, "page_away", url=_shown(url), reason=page.reason)


def _shown(url: str) -> str:
    """The address, without a host that does not read like one: it may be a password, by a slip."""
    host = urlsplit(url).hostname or ""
    return url if shown(host) == host else url.replace(host, shown(host), 1)


def _other(url: str, wanted: str) -> str:
    """What answers in the place of the wanted program, where its metrics say so."""
    program = program_at(url)
    return "" if program in (None, wanted) else program


def _program(command: str) -> Iterator[Finding]:
    try:
        name = shlex.split(command)[0]
    except ValueError as error:
        yield problem("retrainer", "command_unreadable", reason=error)
        return
    if shutil.which(name) is None:
        # By a slip it may be a password: then it has signs that no program's name has.
        program = name if _PROGRAM.fullmatch(name) else "(its value)"
        yield problem("retrainer", "command_missing", name=program)
