"""The template of mails and Slack messages, in the operator's language.

`notification.tmpl` beside this file is Alertmanager's template with `[[key]]` where a text of
the message catalogue belongs. These stand in plain text and in HTML: they hold no markup.
"""

import json
import re
from pathlib import Path

from exporter.messages import Language, text

_SOURCE = Path(__file__).with_name("notification.tmpl")
_TEXT = re.compile(r"\[\[(\w+)\]\]")


def render(language: Language, dashboard_url: str, runbooks_url: str = "") -> str:
    """The template; `runbooks_url` is the folder in which a runbook's path leads to it."""
    values = {
        "language": language.value,
        "dashboard_url": _go_string(dashboard_url),
        "runbooks_url": _go_string(f"{runbooks_url.rstrip('/')}/" if runbooks_url else ""),
        "suffix": "" if language is Language.PT_BR else "_en",
    }

    def fill(found: re.Match[str]) -> str:
        key = found[1]
        return values[key] if key in values else text(f"alerts.{key}", language)

    return _TEXT.sub(fill, _SOURCE.read_text("utf-8"))


def _go_string(value: str) -> str:
    """A literal of Go's template language."""
    return json.dumps(value, ensure_ascii=False)
