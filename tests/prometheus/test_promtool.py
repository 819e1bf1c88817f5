import subprocess
from pathlib import Path

import pytest

from tests.prometheus.rule_files import FOLDER, RULE_FILES, STORY_FILES
from tests.servers.process import find_program

pytestmark = pytest.mark.integration


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [find_program("promtool"), *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_the_configuration_is_accepted() -> None:
    found = _promtool("check", "config", str(FOLDER / "prometheus.yml"))
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_rules_are_accepted_without_a_remark() -> None:
    found = _promtool("check", "rules", "--lint=all", "--lint-fatal", *map(str, RULE_FILES))
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("file", STORY_FILES, ids=lambda file: file.stem)
def test_the_story_comes_true(file: Path) -> None:
    found = _promtool("test", "rules", str(file))
    assert found.returncode == 0, found.stdout + found.stderr
