"""A small disk of a test's own, so that it can really be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A folder as a disk. Without the right to mount one the test is skipped, or fails in CI."""
    folder.mkdir()
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    mount = [*rights, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = f"no disk can be mounted here: {getattr(error, 'stderr', error)}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    try:
        yield folder
    finally:
        subprocess.run([*rights, "umount", "-l", str(folder)], check=True)
