"""/ : where to look, in the operator's language; ?lang= takes the other one."""

from html import escape

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint

from exporter.messages import Language, text
from exporter.messages.small_pages import small_page
from exporter.web.openapi import problem_answers

_LINKS = {
    "dashboard": "/dashboard",
    "summary": "/api/metrics/summary",
    "openapi": "/api/openapi.json",
    "metrics": "/metrics",
    "healthy": "/-/healthy",
    "ready": "/-/ready",
}
_OTHER = {Language.PT_BR: (Language.EN, "English"), Language.EN: (Language.PT_BR, "Português")}


def landing_blueprint(default: Language) -> APIBlueprint:
    """The landing page."""
    blueprint = APIBlueprint("landing", __name__, abp_responses=problem_answers())

    @blueprint.get("/", responses={"200": {"description": "A page", "content": {"text/html": {}}}})
    def landing() -> Response:
        """Links to everything that is served here."""
        asked = request.args.get("lang", default.value)
        language = Language(asked) if asked in set(Language) else default
        return Response(_page(language), content_type="text/html; charset=utf-8")

    return blueprint


def _page(language: Language) -> str:
    code, name = _OTHER[language][0].value, _OTHER[language][1]
    lines = "\n".join(
        f'<li><a href="{path}">{escape(text(f"landing.{key}", language))}</a></li>'
        for key, path in _LINKS.items()
    )
    intro = escape(text("landing.intro", language))
    other = f'<a hreflang="{code}" lang="{code}" href="/?lang={code}">{name}</a>'
    body = f"<p>{intro}</p><ul>\n{lines}\n</ul><p>{other}</p>"
    return small_page(text("landing.title", language), body, language)
