"""What the doctor finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """How something does; only problems keep the system from doing its work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `subject` and `key` name texts of the catalogue's subject "doctor"."""

    subject: str
    health: Health
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def ok(subject: str, key: str, **values: Any) -> Finding:
    """All is well with the subject."""
    return Finding(subject, Health.OK, key, values)


def warning(subject: str, key: str, **values: Any) -> Finding:
    """Something to know."""
    return Finding(subject, Health.WARNING, key, values)


def problem(subject: str, key: str, **values: Any) -> Finding:
    """Something to mend."""
    return Finding(subject, Health.PROBLEM, key, values)
