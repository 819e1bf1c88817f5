"""Every file that is generated and committed, and which of them are not current."""

from pathlib import Path

from exporter.messages import Language
from exporter.stack import dashboards, reference


def generated_files(root: Path, language: Language = Language.PT_BR) -> dict[Path, str]:
    """Contents by path below the root of the repository, in that language."""
    return dashboards.committed_files(language) | reference.committed_files(root)


def outdated_files(root: Path, language: Language = Language.PT_BR) -> dict[Path, str]:
    """Those whose committed content differs or is not there."""
    files = generated_files(root, language)
    return {path: content for path, content in files.items() if _read(root / path) != content}


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None
