"""Texts of subject "report": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "title": ("Relatório diário — {game}", "Daily report — {game}"),
    "subject": (
        "Relatório diário {game}, {day}: {verdict}",
        "Daily report {game}, {day}: {verdict}",
    ),
    "period": ("De {start} a {end} ({zone})", "From {start} to {end} ({zone})"),
    "summary": ("Resumo", "Summary"),
    "empty": (
        "Ainda não há predições nem resultados registrados.",
        "No predictions and no results are recorded yet.",
    ),
    "dashboard": ("Painel: {url}", "Dashboard: {url}"),
}
