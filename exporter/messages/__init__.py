"""What operators read, in Brazilian Portuguese and English: the one message catalogue.

Each file of this package holds one subject's texts as `key: (Portuguese, English)`,
side by side so that neither language can be forgotten. Texts may hold
`{placeholders}` for `str.format`.
"""

from enum import StrEnum
from importlib import import_module
from typing import Final

SUBJECTS: Final = (
    "alerts",
    "channels",
    "cli",
    "dashboard",
    "doctor",
    "faults",
    "landing",
    "mails",
    "page",
    "references",
    "replay",
    "report",
    "retraining",
    "rules",
    "run",
    "thresholds",
)


class Language(StrEnum):
    """The languages operators can choose; Portuguese is the default."""

    PT_BR = "pt-BR"
    EN = "en"


def _load() -> dict[str, tuple[str, str]]:
    texts: dict[str, tuple[str, str]] = {}
    for subject in SUBJECTS:
        module = import_module(f"{__name__}.{subject}")
        texts |= {f"{subject}.{key}": pair for key, pair in module.MESSAGES.items()}
    return texts


CATALOGUE: Final = _load()


def text(key: str, language: Language, **values: object) -> str:
    """The text of `key` (`subject.name`) in `language`, with its placeholders filled in.

    Raises KeyError when the catalogue has no such key or a placeholder has no value.
    """
    portuguese, english = CATALOGUE[key]
    chosen = portuguese if language is Language.PT_BR else english
    return chosen.format(**values) if values else chosen
