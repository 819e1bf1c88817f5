"""What the documents show works: `python` and `bash` blocks run in order, beside an exporter.

Blocks in `sh` start what lasts (make run, docker compose): their own tests start it, and here the
names they use must exist. Links must lead somewhere.
"""

import json
import re
from pathlib import Path

import pytest

from exporter.cli import COMMANDS
from tests.blocks import Block, Reader, blocks_of
from tests.servers.process import PROJECT, find_program

READMES = [PROJECT / "README.md", PROJECT / "README.pt-BR.md"]
DOCUMENTS = [*READMES, *sorted((PROJECT / "docs" / "guide").glob("**/*.md"))]
LINKED = [*DOCUMENTS, PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def name_of(document: Path) -> str:
    return str(document.relative_to(PROJECT))


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_blocks_run_as_they_stand(document: Path, tmp_path: Path) -> None:
    find_program("curl")
    reader = Reader(tmp_path)
    with reader.running():
        printed = [run(reader, block) for block in blocks_of(document)]
    if document in READMES:
        summary = next(text for text in printed if text.startswith('{"status"'))
        (answer, _) = json.JSONDecoder().raw_decode(summary)
        assert answer["data"]["accuracy"]["current"] == pytest.approx(10 / 15)


def run(reader: Reader, block: Block) -> str:
    if block.language == "python":
        return reader.python(block.code)
    return reader.bash(block.code) if block.language == "bash" else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_shown_commands_exist(document: Path) -> None:
    code = "".join(block.code for block in blocks_of(document))
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"^make (\w+)", code, re.MULTILINE)) <= set(targets)
    assert set(re.findall(r"^lotofacil (\w+)", code, re.MULTILINE)) <= set(COMMANDS)


@pytest.mark.parametrize("document", LINKED, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    targets = _LINK.findall(document.read_text("utf-8"))
    assert [link for link in targets if not (document.parent / link).exists()] == []


def test_both_readmes_show_the_same_commands() -> None:
    english, portuguese = (
        [block.code for block in blocks_of(readme) if block.language != "text"]
        for readme in READMES
    )
    assert english == portuguese
