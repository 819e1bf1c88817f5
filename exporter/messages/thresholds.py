"""What chance does to a threshold, in plain words."""

MESSAGES: dict[str, tuple[str, str]] = {
    "warning": (
        (
            "A regra {rule} avisaria à toa: o puro acaso a rompe em {share} das verificações"
            " ({episodes} alarmes em 300 sorteios, com 1 bilhete por sorteio; o acaso dá {chance})."
            " {verdict}"
        ),
        (
            "The rule {rule} would warn for nothing: a random picker breaks it in {share} of looks"
            " ({episodes} alarms in 300 draws, at 1 ticket a draw; chance gives {chance})."
            " {verdict}"
        ),
    ),
    "confidence_warning": (
        (
            "A regra {rule} fica acima do acaso ({chance}): a confiança honesta de um modelo sem"
            " vantagem é essa, e não a viola quem promete demais."
        ),
        (
            "The rule {rule} lies above chance ({chance}): that is the honest confidence of a model"
            " without an edge, and only those who promise too much keep it."
        ),
    ),
    "verdict_always_broken": (
        "Está sempre violada: não distingue um modelo ruim de um bom.",
        "It is always broken: it does not tell a bad model from a good one.",
    ),
    "verdict_mostly_noise": (
        "Quase tudo o que ela diz é ruído.",
        "Most of what it says is noise.",
    ),
    "verdict_noisy": (
        "Faz barulho: espere alarmes sem motivo todo ano.",
        "It is noisy: expect alarms without a cause every year.",
    ),
    "verdict_never_fires": (
        "Quase nunca dispara, nem quando deveria.",
        "It hardly ever fires, not even when it should.",
    ),
    "verdict_sound": (
        "É de confiança: cala-se diante do acaso e fala quando a acurácia muda.",
        "It can be trusted: silent at chance, and it speaks when accuracy changes.",
    ),
    "rule": ("Regra", "Rule"),
    "rule_value": (
        "acurácia {operator} {threshold} nos últimos {window} sorteios",
        "accuracy {operator} {threshold} over the last {window} draws",
    ),
    "tickets": ("Bilhetes por sorteio", "Tickets per draw"),
    "tickets_value": (
        "{tickets} de {numbers} números, {shared} em comum",
        "{tickets} of {numbers} numbers, {shared} in common",
    ),
    "chance": ("O acaso dá", "Chance gives"),
    "share": ("Violada por quem só sorteia", "Broken by a random picker"),
    "share_value": ("em {share} das verificações", "in {share} of looks"),
    "episodes": ("Alarmes sem motivo", "Alarms without a cause"),
    "episodes_value": (
        "{episodes} em 300 sorteios (cerca de um ano)",
        "{episodes} in 300 draws (about a year)",
    ),
    "first": ("Primeiro alarme falso", "First false alarm"),
    "after": (
        "Alarme se a acurácia for de {chance} a {changed}",
        "Alarm if accuracy goes from {chance} to {changed}",
    ),
    "median": ("depois de {draws} sorteios (mediana)", "after {draws} draws (median)"),
    "not_within": ("não em 1.000 sorteios", "not within 1,000 draws"),
    "best": ("O melhor alarme possível levaria", "The best possible alarm would take"),
    "best_value": ("{draws} sorteios", "{draws} draws"),
    "verdict": ("Veredito", "Verdict"),
}
