"""What operators read, in Brazilian Portuguese and English.

A text stands beside what says it; here is what several places say, and how figures are written.
"""

from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """The languages operators can choose; Portuguese is the default."""

    PT_BR = "pt-BR"
    EN = "en"


class Text(NamedTuple):
    """What operators read, in both languages side by side, so that neither can be forgotten.

    It may hold `{placeholders}` for `str.format`, and be written over several lines.
    """

    portuguese: str
    english: str

    def to(self, language: Language, **values: object) -> str:
        """The text in `language`, in one line, with its placeholders filled in.

        Raises KeyError when a placeholder has no value.
        """
        chosen = self.portuguese if language is Language.PT_BR else self.english
        line = " ".join(chosen.split())
        return line.format(**values) if values else line
