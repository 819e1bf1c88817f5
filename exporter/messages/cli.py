"""Texts of subject "cli": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "backup_written": ("Cópia verificada: {path} ({size})", "Verified backup: {path} ({size})"),
    "unchecked": (
        "{path} não tem soma de verificação ao lado ({path}.sha256): foi restaurado como veio",
        "{path} has no checksum beside it ({path}.sha256): it was restored as it came",
    ),
    "restored": ("{rows} registros restaurados de {path}", "{rows} rows restored from {path}"),
    "cleaned": (
        "{count} previsões com mais de {days} dias apagadas; totais e acertos permanecem.",
        "{count} predictions older than {days} days deleted; totals and scores stay.",
    ),
    "rebuilt": ("{count} valores refeitos.", "{count} figures put right."),
    "table": ("tabela", "table"),
    "compared": ("comparados", "compared"),
    "uncovered": ("sem registros", "not covered"),
    "differing": ("diferentes", "differing"),
    "cleaned_before": (
        "Registros anteriores a {moment} já foram limpos: o que dependia deles não foi comparado.",
        "Raw rows before {moment} were cleaned up: what depends on them was not compared.",
    ),
    "difference": (
        "{table}: {place}: guardado {stored}, recalculado {right}",
        "{table}: {place}: stored {stored}, recomputed {right}",
    ),
    "more_differences": ("… e mais {count} diferenças", "… and {count} more differences"),
}
