"""The shapes of the retrainer's answers."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response

from exporter.domain.moments import from_micros, rfc3339
from exporter.messages import Language
from exporter.messages.small_pages import small_page
from exporter.storage.retraining import Request, Run


def problem(status: int | None, detail: str | None) -> Response:
    """An error as problem+json (RFC 9457)."""
    code = HTTPStatus(status or HTTPStatus.INTERNAL_SERVER_ERROR)
    body = {"type": "about:blank", "title": code.phrase, "status": code, "detail": detail}
    return Response(json.dumps(body), code, content_type="application/problem+json")


def success(data: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    """What was asked for."""
    body = json.dumps({"status": "success", "data": data}, ensure_ascii=False)
    return Response(body, status, content_type="application/json")


def plain(text: str) -> Response:
    """A line for people and probes."""
    return Response(text, content_type="text/plain; charset=utf-8")


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


def request_shown(kept: Request) -> dict[str, object]:
    """A request with its moments as RFC 3339; its payload stays here."""
    return {
        "id": kept.id,
        "key": kept.key,
        "game": kept.game,
        "reason": kept.reason,
        "received_at": _shown(kept.received_at),
        "decision": kept.decision,
        "explanation": kept.explanation,
        "decided_at": _shown(kept.decided_at),
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
