"""Texts that every database and every destination can hold."""

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The text without what SQL cannot hold: NUL, and halves of characters, as file names have."""
    return text.replace("\0", _UNKNOWN).encode(errors="replace").decode()


def printable(text: str) -> str:
    """The text as one line of what can be shown, as keys and reasons are."""
    return "".join(letter if letter.isprintable() else _UNKNOWN for letter in text)
