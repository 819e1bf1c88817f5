"""What the doctor finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exporter.messages import Text


class Health(StrEnum):
    """How something does; only problems keep the system from doing its work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about `subject`; `values` fill the placeholders of its text."""

    subject: str
    health: Health
    text: Text
    values: Mapping[str, Any] = field(default_factory=dict)


def ok(subject: str, text: Text, **values: Any) -> Finding:
    """All is well with the subject."""
    return Finding(subject, Health.OK, text, values)


def warning(subject: str, text: Text, **values: Any) -> Finding:
    """Something to know."""
    return Finding(subject, Health.WARNING, text, values)


def problem(subject: str, text: Text, **values: Any) -> Finding:
    """Something to mend."""
    return Finding(subject, Health.PROBLEM, text, values)
