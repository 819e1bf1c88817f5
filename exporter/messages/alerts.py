"""What mails and Slack messages about alerts say around the alert's own text."""

MESSAGES: dict[str, tuple[str, str]] = {
    "level_critical": ("Crítico", "Critical"),
    "level_warning": ("Aviso", "Warning"),
    "level_info": ("Informação", "Information"),
    "state_critical": ("CRÍTICO", "CRITICAL"),
    "state_warning": ("AVISO", "WARNING"),
    "state_info": ("INFO", "INFO"),
    "state_resolved": ("RESOLVIDO", "RESOLVED"),
    "since": ("Desde", "Since"),
    "until": ("até", "until"),
    "what_to_do": ("O que fazer", "What to do"),
    "resolved": ("Resolvido", "Resolved"),
    "resolved_caution": (
        "A condição deixou de valer. Não prova que está tudo bem: sem dados não há alerta.",
        "The condition no longer holds. No proof that all is well: without data there is no alert.",
    ),
    "dashboard": ("Abrir o painel", "Open the dashboard"),
    "why": (
        "Você recebe isto porque seu endereço está num canal de notificação do monitoramento.",
        "You receive this because your address is in a notification channel of the monitoring.",
    ),
}
