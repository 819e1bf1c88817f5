"""A place that the doctor may not look into."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

#: The user whom nothing belongs to.
_NOBODY = 65534


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that this process may not enter; root, who may enter any, is not root meanwhile."""
    folder, user = tmp_path / "closed", os.geteuid()
    folder.mkdir(mode=0)
    if user == 0:
        os.seteuid(_NOBODY)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)
