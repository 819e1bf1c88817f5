import re
import subprocess
from pathlib import Path

import pytest

from tests.prometheus.exposed import check
from tests.prometheus.rule_files import RUNBOOKS, alert_names

CHAPTERS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]

every_runbook = pytest.mark.parametrize(
    "file", sorted(RUNBOOKS.glob("*.md")), ids=lambda file: file.stem
)


def test_there_is_a_runbook_for_each_alert_and_no_other() -> None:
    assert sorted(file.stem for file in RUNBOOKS.glob("*.md")) == alert_names()


@every_runbook
def test_a_runbook_has_its_chapters(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith(f"# {file.stem}\n\n> **Em português:** ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == CHAPTERS
    assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.MULTILINE))


@every_runbook
def test_the_queries_of_a_runbook_run(file: Path) -> None:
    queries = _blocks(file, "promql")
    assert queries
    for query in queries:
        check(query)


@every_runbook
def test_the_commands_of_a_runbook_are_commands(file: Path) -> None:
    for command in _blocks(file, "sh"):
        read = subprocess.run(
            ["bash", "-n", "-c", command], check=False, capture_output=True, text=True
        )
        assert read.returncode == 0, read.stderr
        for path in re.findall(r"\b(?:prometheus|alertmanager)/[\w/.-]+\.yml", command):
            assert (RUNBOOKS.parents[1] / path).is_file(), path


def _blocks(file: Path, language: str) -> list[str]:
    blocks = re.findall(rf"```{language}\n(.*?)```", file.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]
