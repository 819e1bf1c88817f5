"""What is wrong with settings, said in one line each, without showing a secret.

A password may have come into any variable, by a slip of one line: a value is shown only where it is
a number or a short word, as a wrong port, size or language is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_LONGEST = 60
_PLAIN = re.compile(
    r"[-+]?\d{1,5}(\.\d{1,3})?\s?([kmgt]?i?b|ms|[smhdw])?|[a-z]{1,5}([-_][a-z]{2})?"
    r"|[\w./-]{1,60}\.ya?ml",
    re.IGNORECASE,
)
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


def fault_lines(
    faults: Iterable[Mapping[str, Any]], shown: Callable[[Mapping[str, Any]], str]
) -> list[str]:
    """One line for each of pydantic's faults, with what `shown` tells of its value."""
    return [line for fault in faults for line in _lines(fault, shown(fault))]


def plain(value: object) -> str:
    """The beginning of a fault's line: the value where it cannot be a secret."""
    return short(value) if _PLAIN.fullmatch(str(value)) else ""


def short(value: object) -> str:
    """The beginning of a fault's line: the value, cut, where it is one."""
    if not isinstance(value, str | int | float | Path):
        return ""
    text = ascii(str(value)) if isinstance(value, str | Path) else str(value)
    return f"{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'} - "


def without_user(address: str) -> str:
    """An address without the user and the password it may hold."""
    return _USER.sub("//***@", address)


def _lines(fault: Mapping[str, Any], shown: str) -> Iterator[str]:
    name = ".".join(map(str, fault["loc"]))
    for reason in fault["msg"].removeprefix("Value error, ").splitlines():
        yield f"{name}: {shown}{reason[0].lower()}{reason[1:]}"
