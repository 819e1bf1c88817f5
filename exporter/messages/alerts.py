"""Texts of subject "alerts": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {}
