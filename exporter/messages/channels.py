"""What calls that set notification channels say when these are not in force at once."""

MESSAGES: dict[str, tuple[str, str]] = {
    "waits": (
        (
            "O Alertmanager não responde, ou lê outro arquivo: o canal {name} foi guardado e"
            " passa a valer quando o exportador o alcançar."
        ),
        (
            "Alertmanager does not answer, or reads another file: the channel {name} was kept, and"
            " is in force once the exporter reaches it."
        ),
    ),
    "removal_waits": (
        (
            "O Alertmanager não responde, ou lê outro arquivo: o canal {name} foi removido e"
            " deixa de valer quando o exportador o alcançar."
        ),
        (
            "Alertmanager does not answer, or reads another file: the channel {name} was removed,"
            " and is in force until the exporter reaches it."
        ),
    ),
    "no_mail_server": (
        "SMTP_SERVER não está definido: o canal {name} foi guardado e não envia nada até lá.",
        "SMTP_SERVER is not set: the channel {name} was kept and sends nothing until it is.",
    ),
    "unknown_host": (
        "O endereço {host} não foi encontrado a partir desta máquina: confira se está certo.",
        "The host {host} cannot be found from this machine: see whether it is right.",
    ),
}
