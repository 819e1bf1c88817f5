"""What `lotofacil alerts` says."""

MESSAGES: dict[str, tuple[str, str]] = {
    "rules": ("Regras", "Rules"),
    "channels": ("Canais", "Channels"),
    "active": ("Alertas ativos", "Active alerts"),
    "none": ("nenhum", "none"),
    "name": ("nome", "name"),
    "watches": ("observa", "watches"),
    "window": ("janela", "window"),
    "value": ("valor", "value"),
    "severity": ("gravidade", "severity"),
    "event": ("evento", "event"),
    "type": ("tipo", "type"),
    "to": ("para", "to"),
    "events": ("eventos", "events"),
    "since": ("desde", "since"),
    "all": ("todos", "all"),
    "added": ("Regra {name} guardada.", "Rule {name} kept."),
    "replaced": ("Regra {name} trocada.", "Rule {name} replaced."),
    "removed": ("Regra {name} removida.", "Rule {name} removed."),
    "unknown": (
        "Não há regra {name}; `lotofacil alerts list` mostra as que existem.",
        "There is no rule {name}; `lotofacil alerts list` shows those there are.",
    ),
    "unknown_channel": (
        "Não há canal {name}; existem: {known}.",
        "There is no channel {name}; there are: {known}.",
    ),
    "test_summary": (
        "Teste do canal {name}: nada aconteceu",
        "Test of channel {name}: nothing happened",
    ),
    "test_description": (
        (
            "Esta é uma notificação de teste, pedida com `lotofacil alerts test`. Se você a lê, o"
            " caminho dos alertas até aqui funciona."
        ),
        (
            "This is a test notification, asked for with `lotofacil alerts test`. If you read it,"
            " the way of alerts to you works."
        ),
    ),
    "test_delivered": (
        "O Alertmanager entregou uma mensagem do tipo {type}: confira se chegou a {name}.",
        "Alertmanager delivered a message of type {type}: see whether it reached {name}.",
    ),
    "test_failed": (
        "O Alertmanager não conseguiu entregar por {type}; o log dele diz por quê.",
        "Alertmanager could not deliver by {type}; its log says why.",
    ),
    "test_unknown": (
        (
            "O Alertmanager aceitou o teste, mas em {seconds:g} s não disse se o entregou:"
            " `lotofacil doctor` mostra se ele conhece o canal."
        ),
        (
            "Alertmanager took the test, but did not say within {seconds:g} s whether it delivered"
            " it: `lotofacil doctor` shows whether it knows the channel."
        ),
    ),
    "away": (
        "O Alertmanager não responde em {url}: {reason}",
        "Alertmanager does not answer at {url}: {reason}",
    ),
}
