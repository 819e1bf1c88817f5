"""What is wrong with settings, said in one line each, without showing a secret."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

_LONGEST = 60
_USER = re.compile(r"//[^/?#\s]*@")


class InvalidSettings(ValueError):
    """Some settings are unusable; the message has one line for each, naming its variable."""


class Unusable:
    """Stands for the value of a setting that could not be read, and says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def refuse_unusable(value: Any) -> Any:
    """The value; raises ValueError where reading it failed."""
    if isinstance(value, Unusable):
        raise ValueError(value.reason)  # noqa: TRY004 - becomes a fault like every other
    return value


def fault_lines(faults: Iterable[Mapping[str, Any]], secrets: Iterable[str]) -> list[str]:
    """One line for each of pydantic's faults; values of `secrets` are left out."""
    hidden = frozenset(secrets)
    return [line for fault in faults for line in _lines(fault, hidden)]


def without_user(address: str) -> str:
    """An address without the user and the password it may hold."""
    return _USER.sub("//***@", address)


def _lines(fault: Mapping[str, Any], hidden: frozenset[str]) -> Iterator[str]:
    name = ".".join(map(str, fault["loc"]))
    shown = "" if name in hidden else _shown(fault["input"])
    for reason in fault["msg"].removeprefix("Value error, ").splitlines():
        yield f"{name}: {shown}{reason[0].lower()}{reason[1:]}"


def _shown(value: object) -> str:
    if not isinstance(value, str | int | float | Path) or isinstance(value, SecretStr):
        return ""
    value = str(value) if isinstance(value, Path) else value
    text = ascii(without_user(value)) if isinstance(value, str) else str(value)
    return f"{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'} - "
