"""The processes of this product that answer over HTTP: exporter and retrainer."""

from collections.abc import Iterator

from exporter.outbound.pages import ask
from exporter.services.doctor.findings import Finding, ok, problem, warning


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
