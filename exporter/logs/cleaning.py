"""What may stand in a log line: plain JSON values of bounded size, and no secret.

Secrets are found twice: by the name of the field they stand in, and by their looks in any text
(addresses with a password, bearer tokens, `password=...`): exceptions quote what they please.
"""

import math
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

HIDDEN: Final = "***"
LONGEST_TEXT: Final = 8_000
LONGEST_READ: Final = 64_000
MOST_ITEMS: Final = 200
DEEPEST: Final = 6

_NAMES = (
    r"passw(?:or)?d|passwd|pwd|senha|secret|segredo|token|authorization|api[_-]?key|apikey|"
    r"cookie|credential|private[_-]?key|signature"
)
_SECRET_KEY = re.compile(_NAMES, re.IGNORECASE)
# Every repetition is bounded, so that no text can make the search slow.
_PATTERNS: Final = (
    # scheme://user:password@host; a password may hold any sign but a space, also '@' and '/'
    (
        re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]{0,100}:)[^\s\"']{1,500}@", re.IGNORECASE),
        rf"\1{HIDDEN}@",
    ),
    (re.compile(r"\b(Bearer|Basic)\s{1,9}[^\s\"',;]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(https?://hooks\.[^\s/]{1,200}/)[^\s\"']+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(
            rf"((?:{_NAMES})[\w-]{{0,40}}[\"']?\s{{0,9}}[=:]\s{{0,9}})"
            r"(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|[^\s,;&]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by ***."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


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
    if _SECRET_KEY.search(name) and value not in (None, ""):
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
    return [_clean_value(item, depth) for item in islice(items, MOST_ITEMS)]


def _cut(text: str) -> str:
    # The end is kept as well: that is where a traceback says what happened.
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else f"{text[:half]} … {text[-half:]}"
