"""What `lotofacil references` says."""

MESSAGES: dict[str, tuple[str, str]] = {
    "none": ("Nenhuma referência foi informada.", "No reference was named."),
    "game": ("jogo", "game"),
    "version": ("versão", "version"),
    "named": ("referência", "reference"),
    "accuracy": ("acurácia", "accuracy"),
    "draws": ("sorteios", "draws"),
    "worse": ("evidência contra", "evidence against"),
    "peak": ("maior", "highest"),
    "verdict": ("situação", "verdict"),
    "since": ("desde", "since"),
    "set": (
        "{version} ({game}) é comparada com {accuracy}.",
        "{version} ({game}) is held to {accuracy}.",
    ),
    "seen": (
        (
            "Sorteios já conferidos dessa versão: {draws}. Uma referência escolhida depois de ver"
            " os números não promete nada."
        ),
        (
            "Scored draws of this version so far: {draws}. A reference that is chosen after looking"
            " at the figures promises nothing."
        ),
    ),
    "removed": (
        "A referência de {version} ({game}) foi removida.",
        "The reference of {version} ({game}) is removed.",
    ),
    "unknown": (
        "{version} ({game}) não tem referência; `lotofacil references list` mostra as que existem.",
        "{version} ({game}) has no reference; `lotofacil references list` shows those there are.",
    ),
    "elsewhere": (
        "EXPORTER_URL: a lista vem do banco; peça-a onde ele está, ou em {url}.",
        "EXPORTER_URL: the list comes from the database; ask where that is, or {url}.",
    ),
}
