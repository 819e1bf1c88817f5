"""Names and texts that can be stored, shown and sent everywhere, whatever signs they hold."""

#: As long as the columns that keep them.
LONGEST_NAME = 128
_ALLOWED_CONTROLS = frozenset("\n\t")


def check_name(field: str, value: object) -> None:
    """Raises ValueError for what is no name: 1 to 128 signs, no spaces around them."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{field}: {value!r} is not a name")
    if value != value.strip():
        raise ValueError(f"{field}: {value!r} begins or ends with a space")
    check_text(field, value, LONGEST_NAME)


def check_text(field: str, value: object, longest: int) -> None:
    """Raises ValueError for what is no text, or is too long, or holds control characters."""
    if not isinstance(value, str):
        raise ValueError(f"{field}: {value!r} is not a text")  # noqa: TRY004 - one kind of error
    if len(value) > longest:
        raise ValueError(f"{field}: {len(value)} signs are too many; at most {longest}")
    if any(_is_forbidden(sign) for sign in value):
        raise ValueError(f"{field}: {value!r} holds control characters")


def _is_forbidden(sign: str) -> bool:
    """Control characters but line breaks and tabs, and halves of characters (no UTF-8)."""
    code = ord(sign)
    control = (code < 32 and sign not in _ALLOWED_CONTROLS) or 0x7F <= code < 0xA0
    return control or 0xD800 <= code < 0xE000
