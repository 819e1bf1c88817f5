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


def test_tests_stand_where_the_code_stands() -> None:
    """`test_MODULE.py` beside that module's place, `test_MODULE_ASPECT.py`, or the room's name."""
    rooms = [PROJECT / "api", PROJECT / "benchmarks", PROJECT / "retrainer", PROJECT / "exporter"]
    folders = [path.parent for room in rooms for path in room.rglob("__init__.py")]
    assert {str(file) for folder in folders for file in _astray(folder)} == set()


def test_no_test_takes_anything_from_another() -> None:
    """What several need is in a module of its own."""
    taking = re.compile(r"^from tests\.(\w+\.)*test_", re.MULTILINE)
    tests = (PROJECT / "tests").rglob("*.py")
    assert [str(file) for file in tests if taking.search(file.read_text("utf-8"))] == []


def _astray(folder: Path) -> Iterator[Path]:
    """The tests of a folder of code that name nothing in it."""
    names = {path.stem.strip("_") for path in [folder, *folder.iterdir()]}
    tests = PROJECT / "tests" / str(folder.relative_to(PROJECT)).removeprefix("exporter/")
    for file in tests.glob("test_*.py"):
        words = file.stem.split("_")[1:]
        if not names & {"_".join(words[:end]) for end in range(1, len(words) + 1)}:
            yield file
