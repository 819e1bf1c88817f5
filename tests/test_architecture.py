"""What import-linter cannot say of the architecture."""

import ast
import re
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


def sources() -> dict[Path, str]:
    rooms = (PROJECT / name for name in ("exporter", "retrainer"))
    return {file: file.read_text("utf-8") for room in rooms for file in room.rglob("*.py")}


def test_the_database_is_reached_by_reading_and_writing_only() -> None:
    """Another connection would be outside of the turns: a fork would not wait for it."""
    calls = ("engine.connect(", "engine.begin(", "engine.raw_connection(")
    found = {file.name for file, text in sources().items() if any(call in text for call in calls)}
    assert found == {"engine.py"}


def test_whoever_opens_the_database_waits_for_the_disk_as_the_settings_say() -> None:
    """SQLite's `synchronous` is each connection's own."""
    opening = re.compile(r"create_engine_for\(settings\.database\b(, settings\.SPOOL_SYNC\b)?")
    heeds = {
        file.name: match[1] for file, text in sources().items() for match in opening.finditer(text)
    }
    assert {"app.py", "__main__.py", "trainer.py"} <= heeds.keys()
    assert all(heeds.values()), heeds
