"""Figures as the operator's language writes them."""

import math

from exporter.messages import Language

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SWAP = str.maketrans(",.", ".,")


def number(value: float, digits: int, language: Language) -> str:
    """1234.5 -> 1.234,5 or 1,234.5."""
    shown = f"{value:,.{digits}f}".replace("-", "−")
    return shown.translate(_SWAP) if language is Language.PT_BR else shown


def evidence(value: float, language: Language) -> str:
    """An e-value: small ones with two figures, astronomic ones as a power of ten."""
    if value >= 1e6:
        return f"10{str(math.floor(math.log10(value))).translate(_RAISED)}"
    return number(value, 0 if value >= 100 else 2, language)
