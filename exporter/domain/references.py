"""Accuracies that users name for model versions, to be held to them instead of to chance."""

from exporter.domain.predictions import MILLION


class InvalidReference(ValueError):
    """What was given as a reference accuracy is none."""


def parse_reference(accuracy: object) -> int:
    """The accuracy in millionths; raises InvalidReference unless it lies between 0 and 1."""
    if isinstance(accuracy, int | float) and not isinstance(accuracy, bool):
        millionths = round(accuracy * MILLION) if abs(accuracy) <= 1 else 0
        if 0 < millionths < MILLION:
            return millionths
    raise InvalidReference(f"accuracy: {accuracy!r} is not a number between 0 and 1")
