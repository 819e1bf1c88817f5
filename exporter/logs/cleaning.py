"""What may stand in a log line: plain JSON values of bounded size, and no secret.

Secrets are found by the name of the field they stand in, and in any text as domain.redaction does:
exceptions quote what they please.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from exporter.domain.redaction import HIDDEN, announces_secret, names_secret, redact

LONGEST_TEXT: Final = 8_000
LONGEST_READ: Final = 64_000
MOST_ITEMS: Final = 200
DEEPEST: Final = 6


def clean(fields: Mapping[str, object]) -> dict[str, object]:
    """`fields` as plain JSON values: secrets hidden, long texts cut, unknown objects as text."""
    return _clean_mapping(fields, DEEPEST)


def _clean_mapping(
    fields: Mapping[object, object] | Mapping[str, object], depth: int
) -> dict[str, object]:
    pairs = islice(fields.items(), MOST_ITEMS)
    return {_name(key): _hidden_or_clean(_name(key), value, depth) for key, value in pairs}


def _name(key: object) -> str:
    return redact(str(key)[:200])


def _hidden_or_clean(name: str, value: object, depth: int) -> object:
    if names_secret(name) and value not in (None, ""):
        return HIDDEN
    return _clean_value(value, depth)


def _clean_value(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)[:40]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if depth and isinstance(value, Mapping):
        return _clean_mapping(value, depth - 1)
    if depth and isinstance(value, list | tuple | set | frozenset):
        return _clean_items(value, depth - 1)
    return _cut(redact(str(value)[:LONGEST_READ]))


def _clean_items(items: Iterable[object], depth: int) -> list[object]:
    """Of an argument list and of a pair, too, what follows the name of a secret is hidden."""
    cleaned: list[object] = []
    secret_follows = False
    for item in islice(items, MOST_ITEMS):
        cleaned.append(HIDDEN if secret_follows else _clean_value(item, depth))
        secret_follows = isinstance(item, str) and announces_secret(item[:200])
    return cleaned


def _cut(text: str) -> str:
    # The end is kept as well: that is where a traceback says what happened.
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else f"{text[:half]} … {text[-half:]}"
