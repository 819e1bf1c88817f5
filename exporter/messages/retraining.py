"""Texts of subject "retraining": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "unknown_game": (
        "O pedido não diz um jogo conhecido: {game}.",
        "The request names no known game: {game}.",
    ),
    "unknown_event": (
        "O evento {event} não pede retreinamento.",
        "The event {event} does not ask for a training run.",
    ),
    "resolved": (
        "O alerta já foi resolvido.",
        "The alert is resolved already.",
    ),
    "running": (
        "Já há um treinamento de {game} em andamento.",
        "A training run of {game} is under way already.",
    ),
    "cooldown": (
        "O último treinamento de {game} terminou em {ended}; outro só depois de {until}.",
        "The last training run of {game} ended at {ended}; another one not before {until}.",
    ),
    "small_sample": (
        "Só {tickets} apostas conferidas; os limites pedem {needed}.",
        "Only {tickets} scored tickets; the thresholds ask for {needed}.",
    ),
    "other_version": (
        "O alerta é sobre a versão {other}; em uso está {version}.",
        "The alert is about version {other}; {version} is in use.",
    ),
    "fresh_version": (
        (
            "A versão em uso, {version}, ainda não tem apostas conferidas: o alerta vem do que "
            "houve antes dela."
        ),
        (
            "The version in use, {version}, has no scored tickets yet: the alert is of what came "
            "before it."
        ),
    ),
    "within_thresholds": (
        "Nenhum limite foi ultrapassado: {figures}.",
        "No threshold is broken: {figures}.",
    ),
    "no_thresholds": (
        "Nenhum limite está configurado para {game}.",
        "No thresholds are configured for {game}.",
    ),
    "fault": (
        "Um erro inesperado impediu a decisão ({error}); está no log do retreinador.",
        "An unforeseen error prevented the decision ({error}); it is in the retrainer's log.",
    ),
    "broken": (
        "Limite ultrapassado: {broken}. Valores: {figures}.",
        "Threshold broken: {broken}. Figures: {figures}.",
    ),
    "alert": (
        "O alerta {event} pede treinamento. Valores: {figures}.",
        "The alert {event} asks for a training run. Figures: {figures}.",
    ),
    "schedule": ("Treinamento agendado.", "Scheduled training run."),
    "manual": ("Pedido manual.", "Asked for by hand."),
    "retry": (
        "O treinamento anterior foi parado ou interrompido; mais uma tentativa.",
        "The run before was stopped or interrupted; one more try.",
    ),
    "figure_accuracy": (
        "acurácia {value:.3f} em {tickets} apostas de {draws} sorteios",
        "accuracy {value:.3f} over {tickets} tickets of {draws} draws",
    ),
    "figure_evidence": (
        "evidência de estar abaixo do acaso {value} (20 ou mais não é sorte)",
        "evidence of being below chance {value} (20 or more is no luck)",
    ),
    "figure_confidence": ("confiança média {value:.3f}", "mean confidence {value:.3f}"),
    "figure_errors": (
        "taxa de erro {value:.3f} em {calls} chamadas",
        "error rate {value:.3f} over {calls} calls",
    ),
    "figure_none": ("ainda desconhecidos", "not known yet"),
    "always_broken": (
        (
            "accuracy_min={threshold:g} em {game}: um modelo que apenas sorteia números (acurácia "
            "{chance:.3f}) descumpre isso em {share:.1%} das verificações, numa janela de {draws} "
            "sorteios. Cada vez pede retreinamento; só o intervalo mínimo entre treinamentos os "
            "limita."
        ),
        (
            "accuracy_min={threshold:g} for {game}: a model that only picks at random (accuracy "
            "{chance:.3f}) breaks it in {share:.1%} of looks, in a window of {draws} draws. Each "
            "time asks for a training run; only the least time between runs limits them."
        ),
    ),
    "confidence_above_chance": (
        (
            "confidence_min={threshold:g} está acima do acaso ({chance:.3f}) em {game}: um modelo "
            "honesto descumpre isso sempre; só um modelo confiante demais cumpre."
        ),
        (
            "confidence_min={threshold:g} is above chance ({chance:.3f}) for {game}: an honest "
            "model always breaks it; only an over-confident one satisfies it."
        ),
    ),
}
