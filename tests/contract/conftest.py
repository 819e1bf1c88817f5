"""The documented system's guide, which lies beside the repository."""

import os
from pathlib import Path

import pytest

from tests.blocks import Block, Reader, blocks_of, mail_settings
from tests.servers.process import PROJECT
from tests.servers.smtp import SmtpServer

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
    """Somebody with an empty folder and a mail server."""
    return Reader(tmp_path, mail_settings(smtp_server))
