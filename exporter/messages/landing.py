"""Texts of subject "landing": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "title": ("Monitor da Lotofácil", "Lotofácil monitor"),
    "intro": (
        "Acompanha modelos que predizem sorteios de loteria.",
        "Watches models that predict lottery draws.",
    ),
    "metrics": ("Métricas para o Prometheus", "Metrics for Prometheus"),
    "dashboard": ("Painel", "Dashboard"),
    "summary": ("Resumo (API REST)", "Summary (REST API)"),
    "openapi": ("Descrição da API REST (OpenAPI)", "Description of the REST API (OpenAPI)"),
    "healthy": ("O processo responde?", "Does the process answer?"),
    "ready": ("Os números já são confiáveis?", "Can the figures be believed yet?"),
}
