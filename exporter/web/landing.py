"""/ : where to look, in the operator's language; ?lang= takes the other one."""

from html import escape

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint

from exporter.messages import Language, text
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
_PAGE = """<!doctype html>
<html lang="{code}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}}
</style></head><body><h1>{title}</h1><p>{intro}</p><ul>
{links}
</ul><p><a hreflang="{other}" lang="{other}" href="/?lang={other}">{name}</a></p></body></html>
"""


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
    other, name = _OTHER[language]
    lines = (
        f'<li><a href="{path}">{escape(text(f"landing.{key}", language))}</a></li>'
        for key, path in _LINKS.items()
    )
    return _PAGE.format(
        code=language.value,
        title=escape(text("landing.title", language)),
        intro=escape(text("landing.intro", language)),
        links="\n".join(lines),
        other=other.value,
        name=name,
    )
