"""Texts of subject "page": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {}
