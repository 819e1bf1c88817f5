"""The template of mails and Slack messages, in the operator's language.

`notification.tmpl` beside this file is Alertmanager's template with `[[key]]` where a text of
`TEXTS` belongs. These stand in plain text and in HTML: they hold no markup.
"""

import json
import re
from pathlib import Path

from exporter.messages import Language, Text

_SOURCE = Path(__file__).with_name("notification.tmpl")
_TEXT = re.compile(r"\[\[(\w+)\]\]")
#: The texts of the template, by their keys there.
TEXTS = {
    "level_critical": Text("Crítico", "Critical"),
    "level_warning": Text("Aviso", "Warning"),
    "level_info": Text("Informação", "Information"),
    "state_critical": Text("CRÍTICO", "CRITICAL"),
    "state_warning": Text("AVISO", "WARNING"),
    "state_info": Text("INFO", "INFO"),
    "state_resolved": Text("RESOLVIDO", "RESOLVED"),
    "since": Text("Desde", "Since"),
    "until": Text("até", "until"),
    "what_to_do": Text("O que fazer", "What to do"),
    "resolved": Text("Resolvido", "Resolved"),
    "resolved_caution": Text(
        "A condição deixou de valer. Não prova que está tudo bem: sem dados não há alerta.",
        "The condition no longer holds. No proof that all is well: without data there is no alert.",
    ),
    "dashboard": Text("Abrir o painel", "Open the dashboard"),
    "why": Text(
        "Você recebe isto porque seu endereço está num canal de notificação do monitoramento.",
        "You receive this because your address is in a notification channel of the monitoring.",
    ),
}


def render(language: Language, dashboard_url: str, runbooks_url: str = "") -> str:
    """The template; `runbooks_url` is the folder in which a runbook's path leads to it."""
    values = {
        "language": language.value,
        "dashboard_url": _go_string(dashboard_url),
        "runbooks_url": _go_string(f"{runbooks_url.rstrip('/')}/" if runbooks_url else ""),
        "suffix": "" if language is Language.PT_BR else "_en",
    }

    def fill(match: re.Match[str]) -> str:
        key = match[1]
        return values[key] if key in values else TEXTS[key].to(language)

    return _TEXT.sub(fill, _SOURCE.read_text("utf-8"))


def _go_string(value: str) -> str:
    """A literal of Go's template language."""
    return json.dumps(value, ensure_ascii=False)
