"""Configurations given as text or as a file."""

from pathlib import Path


def as_file(config: str | Path, file: Path) -> Path:
    """Return a configuration's file: the given one, or `file` with the text written to it."""
    if isinstance(config, Path):
        return config
    file.write_text(config, encoding="utf-8")
    return file
