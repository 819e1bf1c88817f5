"""What import-linter cannot say of the architecture."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
DOMAIN = sorted((PROJECT / "exporter" / "domain").rglob("*.py"))
ALLOWED = sys.stdlib_module_names | {"exporter"}


def imported_packages(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("file", DOMAIN, ids=lambda file: file.stem)
def test_domain_needs_the_standard_library_only(file: Path) -> None:
    assert set(imported_packages(file)) <= ALLOWED


def test_the_database_is_reached_by_reading_and_writing_only() -> None:
    """Another connection would be outside of the turns: a fork would not wait for it."""
    rooms = (file for name in ("exporter", "retrainer") for file in (PROJECT / name).rglob("*.py"))
    calls = ("engine.connect(", "engine.begin(", "engine.raw_connection(")
    found = {file.name for file in rooms if any(call in file.read_text("utf-8") for call in calls)}
    assert found == {"engine.py"}
