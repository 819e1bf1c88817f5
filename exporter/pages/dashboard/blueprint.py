"""/dashboard and what it needs, as a blueprint that any Flask application can take."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.games import UnknownGame
from exporter.figures.overview import Overview, OverviewReader, Span
from exporter.logs import get_logger
from exporter.messages import Language, Text
from exporter.messages.wording import Wording
from exporter.pages.dashboard.assets import PLOTLY_VERSION, plotly_script
from exporter.pages.dashboard.view import view
from exporter.recording.destination import DestinationUnavailable
from exporter.storage.faults import MEANINGS, Fault, fault_of

_log = get_logger(__name__)
_AWAY = (DestinationUnavailable, SQLAlchemyError)
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for; what it cannot mean is left out, as a page should."""

    game: str | None
    span: Span
    language: Language

    @classmethod
    def read(cls, default: Language) -> "_Asked":
        given = request.args.get
        span = given("span", "", str)
        return cls(given("game") or None, _span(span), _language(given("lang", ""), default))

    def address(self, **changes: str) -> dict[str, str]:
        values = {"game": self.game or "", "span": self.span.value, "lang": self.language.value}
        return {name: value for name, value in {**values, **changes}.items() if value}


def dashboard_blueprint(
    reader: OverviewReader, language: Language = Language.PT_BR, refresh_seconds: float = 10.0
) -> Blueprint:
    """The page below /dashboard; `refresh_seconds` is how often it asks for new figures."""
    blueprint = Blueprint(
        "performance_dashboard",
        __name__,
        url_prefix="/dashboard",
        template_folder="templates",
        static_folder="static",
    )
    pages = _Pages(reader, language, refresh_seconds)
    rules: dict[str, Callable[[], Response]] = {
        "": pages.page,
        "/data": pages.data,
        f"/plotly-{PLOTLY_VERSION}.js": plotly_script,
    }
    for rule, answer in rules.items():
        blueprint.add_url_rule(rule, answer.__name__, answer)
    blueprint.add_app_template_global(Text, "Text")
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    """The answers, over one reader."""

    reader: OverviewReader
    language: Language
    refresh: float

    def page(self) -> Response:
        """The whole page; without a database it says so and keeps asking."""
        asked = _Asked.read(self.language)
        try:
            overview = self._overview(asked)
        except _AWAY as error:
            return _away(asked, error, self.refresh)
        values = _values(overview, asked)
        html = render_template("dashboard/page.html", refresh=self.refresh, **values)
        return _secured(Response(html, content_type="text/html; charset=utf-8"))

    def data(self) -> Response:
        """The moving parts as JSON: figures to draw, and the HTML of tiles and tables."""
        asked = _Asked.read(self.language)
        try:
            values = _values(self._overview(asked), asked)
        except _AWAY as error:
            told = json.dumps({"error": _said(_fault(error), asked)})
            return Response(told, 503, mimetype="application/json")
        body = {
            "moment": values["moment"],
            "content": render_template("dashboard/content.html", **values),
            "figures": values["figures"],
        }
        response = Response(json.dumps(body), mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response

    def _overview(self, asked: _Asked) -> Overview:
        try:
            return self.reader.overview(asked.game, asked.span)
        except UnknownGame:
            return self.reader.overview(None, asked.span)


def _values(overview: Overview, asked: _Asked) -> dict[str, Any]:
    say = Wording(asked.language, overview.game.calendar.zone)
    shown = view(overview, say)
    return {
        "say": say,
        "asked": asked,
        "overview": overview,
        "spans": list(Span),
        "other": _other(asked.language),
        "view": shown,
        "figures": shown.figures(),
        "moment": say.moment(overview.at),
        "chance": say.percent(overview.game.chance),
        "plotly": f"plotly-{PLOTLY_VERSION}.js",
    }


def _away(
    asked: _Asked, error: DestinationUnavailable | SQLAlchemyError, refresh: float
) -> Response:
    fault = _fault(error)
    _log.error("dashboard_unavailable", fault=fault.value)
    say = Wording(asked.language, "UTC")
    why = _said(fault, asked)
    html = render_template("dashboard/away.html", say=say, reason=why, refresh=refresh)
    return _secured(Response(html, 503, content_type="text/html; charset=utf-8"))


def _secured(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _fault(error: DestinationUnavailable | SQLAlchemyError) -> Fault:
    return error.fault if isinstance(error, DestinationUnavailable) else fault_of(error)


def _said(fault: Fault, asked: _Asked) -> str:
    """The kind of failure only: drivers quote addresses and statements."""
    return MEANINGS[fault].to(asked.language)


def _span(text: str) -> Span:
    return Span(text) if text in set(Span) else Span.DAY


def _language(text: str, default: Language) -> Language:
    if text.lower().startswith("en"):
        return Language.EN
    return Language.PT_BR if text.lower().startswith("pt") else default


def _other(language: Language) -> Language:
    return Language.EN if language is Language.PT_BR else Language.PT_BR
