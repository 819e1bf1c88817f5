"""The documented system's guide, which lies beside the repository."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.blocks import Block, Reader, blocks_of, mail_settings
from tests.servers.process import PROJECT
from tests.servers.smtp import SmtpServer

#: Read by every Python that the reader starts. The guide records a ticket and a result of now:
#: in the evening the ticket comes after that day's draw, and is rightly not counted.
AT_NOON = """
from exporter.domain.definitions import LOTOFACIL

object.__setattr__(LOTOFACIL.calendar, "zone", {zone!r})
"""
GUIDE = PROJECT.parent / "shared" / "contract" / "guia-do-sistema.md"


@pytest.fixture(scope="session")
def guide() -> list[Block]:
    """Every block of the guide."""
    if not GUIDE.is_file():
        reason = f"the documented guide is not at {GUIDE}"
        pytest.fail(reason, pytrace=False) if os.environ.get("CI") else pytest.skip(reason)
    return blocks_of(GUIDE)


@pytest.fixture
def reader(tmp_path: Path, smtp_server: SmtpServer) -> Reader:
    """Somebody with an empty folder and a mail server, about noon."""
    (tmp_path / "noon").mkdir()
    (tmp_path / "noon" / "sitecustomize.py").write_text(AT_NOON.format(zone=zone_of_noon()))
    path = {"PYTHONPATH": f"{tmp_path / 'noon'}{os.pathsep}{PROJECT}"}
    return Reader(tmp_path, mail_settings(smtp_server) | path)


def zone_of_noon() -> str:
    """The zone in which it is twelve something now."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
