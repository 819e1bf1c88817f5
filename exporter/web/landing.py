"""/ : where to look, in the operator's language; ?lang= takes the other one."""

from html import escape

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint

from exporter.messages import Language, Text
from exporter.messages.small_pages import small_page
from exporter.web.openapi import problem_answers

_LINKS = {
    "/dashboard": Text("Painel", "Dashboard"),
    "/api/metrics/summary": Text("Resumo (API REST)", "Summary (REST API)"),
    "/api/openapi.json": Text(
        "Descrição da API REST (OpenAPI)", "Description of the REST API (OpenAPI)"
    ),
    "/metrics": Text("Métricas para o Prometheus", "Metrics for Prometheus"),
    "/-/healthy": Text("O processo responde?", "Does the process answer?"),
    "/-/ready": Text("Os números já são confiáveis?", "Can the figures be believed yet?"),
}
_OTHER = {Language.PT_BR: (Language.EN, "English"), Language.EN: (Language.PT_BR, "Português")}
_INTRO = Text(
    "Acompanha modelos que predizem sorteios de loteria.",
    "Watches models that predict lottery draws.",
)
_TITLE = Text("Monitor da Lotofácil", "Lotofácil monitor")


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
        f'<li><a href="{path}">{escape(title.to(language))}</a></li>'
        for path, title in _LINKS.items()
    )
    intro = escape(_INTRO.to(language))
    other = f'<a hreflang="{code}" lang="{code}" href="/?lang={code}">{name}</a>'
    body = f"<p>{intro}</p><ul>\n{lines}\n</ul><p>{other}</p>"
    return small_page(_TITLE.to(language), body, language)
