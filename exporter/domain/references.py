"""Accuracies that users name for model versions, to be held to them instead of to chance."""

from exporter.domain.plain_values import plain, real
from exporter.domain.predictions import MILLION


class InvalidReference(ValueError):
    """What was given as a reference accuracy is none."""


def parse_reference(accuracy: object) -> int:
    """The accuracy in millionths; raises InvalidReference unless it lies between 0 and 1."""
    share = real(accuracy)
    if (
        share is not None
        and abs(share) <= 1
        and 0 < (millionths := round(share * MILLION)) < MILLION
    ):
        return millionths
    raise InvalidReference(f"accuracy: {plain(accuracy)!r} is not a number between 0 and 1")
