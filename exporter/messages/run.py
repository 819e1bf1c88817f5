"""Texts of subject "run": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "starting": (
        "O sistema inteiro está subindo nesta máquina; Ctrl-C encerra tudo.",
        "The whole system is starting on this machine; Ctrl-C ends all of it.",
    ),
    "moved": (
        "porta {default} em uso: {setting} passa a {port}",
        "port {default} is in use: {setting} becomes {port}",
    ),
    "missing": (
        "{name} não encontrado: scripts/fetch-servers o traz (ou instale-o); o resto roda sem ele",
        "{name} not found: scripts/fetch-servers brings it (or install it); the rest runs without",
    ),
    "elsewhere": (
        "{setting}={url}: é usado esse; nenhum é iniciado aqui",
        "{setting}={url}: that one is used; none is started here",
    ),
    "own_mail": (
        "SMTP_SERVER={server}: os e-mails vão para lá, sem caixa local",
        "SMTP_SERVER={server}: mails go there, without a local box",
    ),
    "another": (
        "Já há um `lotofacil run` com a pasta {folder}: encerre-o ou mude LOTOFACIL_DATA_DIR.",
        "`lotofacil run` has the folder {folder} already: end it or set LOTOFACIL_DATA_DIR.",
    ),
    "ready": ("✓ {name} pronto ({seconds:.1f} s)", "✓ {name} ready ({seconds:.1f} s)"),
    "all_ready": (
        "Tudo pronto. A demonstração grava no jogo {game}: `lotofacil demo clear` a remove.",
        "All ready. The demonstration records as game {game}: `lotofacil demo clear` removes it.",
    ),
    "ended": (
        "✗ {name} parou (código {code}); nova tentativa em {pause:g} s; veja {log}",
        "✗ {name} ended (code {code}); trying again in {pause:g} s; see {log}",
    ),
    "stopping": ("Encerrando…", "Stopping…"),
    "stopped": ("Encerrado em {seconds:.1f} s.", "Stopped in {seconds:.1f} s."),
    "cleared": (
        "A demonstração foi removida: {rows} linhas.",
        "The demonstration was removed: {rows} rows.",
    ),
    "exporter": ("Exportador (métricas)", "Exporter (metrics)"),
    "dashboard": ("Painel", "Dashboard"),
    "rest": ("Resumo (API REST)", "Summary (REST API)"),
    "retrainer": ("Retreinador", "Retrainer"),
    "prometheus": ("Prometheus", "Prometheus"),
    "alerts": ("Alertas (Prometheus)", "Alerts (Prometheus)"),
    "alertmanager": ("Alertmanager", "Alertmanager"),
    "mails": ("E-mails recebidos", "Received mails"),
    "database": ("Banco de dados", "Database"),
    "logs": ("Logs", "Logs"),
    "settings": ("Ajustes, para outro terminal", "Settings, for another shell"),
}
