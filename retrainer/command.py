"""The training command: what the setting says, with its placeholders filled in."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

OUTPUT = "{output}"
#: Settings that a training command has no business to know.
_SECRETS = ("RETRAINER_TOKEN", "EXPORTER_API_TOKEN", "SMTP_PASSWORD", "WEBHOOK_URL")


class InvalidCommand(ValueError):
    """A RETRAINER_COMMAND that could never work; the message says why."""


class Command:
    """A command line, split as a shell would but never given to one."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    @classmethod
    def parse(cls, setting: str) -> "Command":
        """The setting's command; an empty setting means `python -m retrainer.trainer`."""
        try:
            words = shlex.split(setting)
        except ValueError as error:
            raise InvalidCommand(f"RETRAINER_COMMAND: {error}") from None
        if not words:
            return cls(default_command())
        if not any(OUTPUT in word for word in words):
            raise InvalidCommand(f"RETRAINER_COMMAND: must hold {OUTPUT}, where the model is to go")
        return cls(words)

    def filled(self, output: Path, game: str, version: str) -> list[str]:
        """The words to run; other braces than the three placeholders stay as they are."""
        values = {OUTPUT: str(output), "{game}": game, "{version}": version}
        return [_fill(word, values) for word in self._words]


def default_command() -> list[str]:
    """This project's own training."""
    arguments = ["--game", "{game}", "--version", "{version}", "--output", OUTPUT]
    return [sys.executable, "-m", "retrainer.trainer", *arguments]


def child_environment(database_url: str) -> dict[str, str]:
    """Our environment without secrets that are none of its business, and with our database."""
    secret = {*_SECRETS, *(f"{name}_FILE" for name in _SECRETS), "DATABASE_URL_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in secret}
    return environment | {"DATABASE_URL": database_url}


def _fill(word: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        word = word.replace(placeholder, value)
    return word
