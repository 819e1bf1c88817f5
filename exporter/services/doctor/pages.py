"""The processes of this product that answer over HTTP: exporter and retrainer."""

from collections.abc import Iterator
from dataclasses import dataclass

import requests

from exporter.services.doctor.findings import Finding, ok, problem, warning

_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a GET brought: `status` 0 when nothing answered; `reason` in a few words."""

    status: int
    reason: str


def ask(url: str, token: str = "") -> Answer:
    """GETs a page; the reason of a problem document is its detail."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = requests.get(url, headers=headers, timeout=_TIMEOUT)
    except requests.RequestException as error:
        return Answer(0, type(error).__name__)
    return Answer(answer.status_code, _reason(answer))


def check_exporter(url: str, token: str) -> Iterator[Finding]:
    """Exporter, its dashboard and its REST API at `url`."""
    ready = ask(f"{url}/-/ready")
    if ready.status in (0, 404):
        yield problem("exporter", "exporter_away", url=url, reason=ready.reason)
        return
    if ready.status != 200:
        yield problem("exporter", "exporter_unready", reason=ready.reason)
        return
    yield ok("exporter", "http_ok", url=url)
    for subject, path in (("dashboard", "/dashboard"), ("api", "/api/metrics/summary")):
        page = ask(f"{url}{path}", token)
        if page.status == 200:
            yield ok(subject, "http_ok", url=f"{url}{path}")
        else:
            yield problem(subject, "page_away", url=f"{url}{path}", reason=page.reason)


def check_retrainer(url: str, command: str) -> Finding:
    """The retrainer at `url`; without a command it takes requests and trains nothing."""
    ready = ask(f"{url}/-/ready")
    if ready.status != 200:
        return problem("retrainer", "retrainer_away", url=url, reason=ready.reason)
    return (
        ok("retrainer", "http_ok", url=url) if command else warning("retrainer", "retrainer_idle")
    )


def _reason(answer: requests.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason}"
    return f"{answer.status_code} {detail}"
