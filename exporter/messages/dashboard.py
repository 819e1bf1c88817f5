"""Texts of subject "dashboard": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {}
