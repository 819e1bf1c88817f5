"""Every file that is generated and committed, and which of them are not current."""

from collections.abc import Mapping
from pathlib import Path

from exporter.alerting import alertmanager_file
from exporter.messages import Language
from exporter.stack import dashboards, reference


def generated_files(root: Path, language: Language) -> dict[Path, str]:
    """Contents by path below the root of the repository, in that language."""
    return (
        dashboards.committed_files(language)
        | reference.committed_files(root)
        | alertmanager_file.committed_files()
    )


def outdated_files(root: Path, generated: Mapping[Path, str]) -> dict[Path, str]:
    """Those whose committed content differs or is not there."""
    return {path: new for path, new in generated.items() if _read(root / path) != new}


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None
