"""Texts of subject "cli": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {}
