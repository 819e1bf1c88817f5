"""Texts of subject "replay": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "progress": ("sorteios", "draws"),
    "bad_line": ("{name}: linha {line}: {reason}", "{name}: line {line}: {reason}"),
    "more_bad_lines": ("{name}: … e mais {count}", "{name}: … and {count} more"),
    "bad_lines": (
        "{count} linhas de {name} não puderam ser lidas; as demais foram usadas.",
        "{count} lines of {name} could not be read; the others were used.",
    ),
    "gaps": (
        "{count} concursos faltam no registro, o primeiro é o {first}.",
        "{count} draws are missing in the record, the first is {first}.",
    ),
    "empty_file": (
        (
            "{name}: nenhum sorteio de {game} ali; nada foi registrado. Uma linha é como"
            " concurso,data,d1,d2,…, ou o arquivo é o JSON da API oficial."
        ),
        (
            "{name}: no draw of {game} in it; nothing was recorded. A line is as"
            " concurso,data,d1,d2,…, or the file is the official API's JSON."
        ),
    ),
    "no_draws": (
        "Nenhum sorteio de {game} entre os limites dados; nada foi registrado.",
        "No draw of {game} between the given bounds; nothing was recorded.",
    ),
    "simulated": (
        "Sem arquivo: {count} sorteios simulados (semente {seed}) do jogo {game}.",
        "No file: {count} simulated draws (seed {seed}) of the game {game}.",
    ),
    "too_old": (
        (
            "{count} sorteios simulados começariam antes do primeiro de {game}, em {began}: "
            "dê menos em --draws, ou deixe --game de lado."
        ),
        (
            "{count} simulated draws would begin before the first one of {game}, on {began}: "
            "give fewer in --draws, or leave --game out."
        ),
    ),
    "not_simulated": (
        (
            "{game} já tem outros resultados (do concurso {number}, por exemplo) e sorteios "
            "simulados não se misturam com eles: dê um arquivo, outra semente ou DATABASE_URL."
        ),
        (
            "{game} has other results already (of draw {number}, for one), and simulated draws are "
            "not mixed with them: give a file, another seed or another DATABASE_URL."
        ),
    ),
    "conflicts": (
        "{count} bilhetes já estavam registrados com outros números e ficaram como estavam.",
        "{count} tickets had been recorded with other numbers and were left as they were.",
    ),
    "missing_file": (
        "Sem arquivo não há o que repetir pela rede: dê um arquivo de sorteios.",
        "Without a file there is nothing to send: give a file of draws.",
    ),
    "waiting": (
        "O destino não responde: o que falta espera em {folder} e será entregue depois.",
        "The destination does not answer: the rest waits in {folder} and is delivered later.",
    ),
    "interrupted": (
        "Interrompido; repetir o comando continua sem registrar nada duas vezes.",
        "Interrupted; running the command again goes on and records nothing twice.",
    ),
    "model": ("modelo", "model"),
    "draws": ("sorteios", "draws"),
    "tickets": ("bilhetes", "tickets"),
    "accuracy": ("acurácia", "accuracy"),
    "chance": ("acaso", "chance"),
    "zscore": ("z", "z"),
}
