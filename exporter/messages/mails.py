"""Texts of subject "mails", the page of received mails: key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "title": ("E-mails recebidos ({count})", "Received mails ({count})"),
    "none": ("Nenhum e-mail chegou ainda.", "No mail has come yet."),
    "stay": (
        "Nada sai desta máquina. Também são arquivos: {folder}.",
        "Nothing leaves this machine. They are files, too: {folder}.",
    ),
    "no_subject": ("(sem assunto)", "(no subject)"),
}
