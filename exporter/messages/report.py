"""Texts of subject "report": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {}
