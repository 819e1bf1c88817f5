"""What the documents show works: `python` and `bash` blocks run in order, beside an exporter.

A `text` block is what the block before it prints; files that are shown are there from the start.

Blocks in `sh` start what lasts (make run, docker compose): their own tests start it, and here the
names they use must exist. Links must lead somewhere.
"""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from exporter.cli import COMMANDS
from tests.blocks import Reader, blocks_of, mail_settings
from tests.servers.process import PROJECT, find_program
from tests.servers.smtp import SmtpServer

READMES = [PROJECT / "README.md", PROJECT / "README.pt-BR.md"]
GUIDE = sorted((PROJECT / "docs" / "guide").glob("*.md"))
DOCUMENTS = [*READMES, *GUIDE]
LINKED = [*DOCUMENTS, PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def name_of(document: Path) -> str:
    return str(document.relative_to(PROJECT))


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(1200)  # a document has up to a dozen blocks, each a process or more
@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_blocks_run_as_they_stand(document: Path, tmp_path: Path, smtp_server: SmtpServer) -> None:
    find_program("curl")
    blocks = blocks_of(document)
    reader = Reader(tmp_path, mail_settings(smtp_server))
    reader.place(blocks)
    with reader.running():
        printed = reader.follow(blocks)
    if document in READMES:
        summary = next(text for text in printed if text.startswith('{"status"'))
        (answer, _) = json.JSONDecoder().raw_decode(summary)
        assert answer["data"]["accuracy"]["current"] == pytest.approx(10 / 15)


@pytest.mark.parametrize("document", GUIDE, ids=name_of)
def test_every_block_of_the_guide_is_run_placed_or_started(document: Path) -> None:
    blocks = blocks_of(document)
    assert {block.language for block in blocks} <= {"bash", "python", "text", "sh", "ini", "yaml"}
    for before, block in pairwise([None, *blocks]):
        if block and block.language == "text":
            assert before
            assert before.language in ("bash", "python"), block


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
