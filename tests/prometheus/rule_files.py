"""The committed rules and their stories, read once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "prometheus"
RULE_FILES = sorted((FOLDER / "rules").glob("*.yml"))
STORY_FILES = sorted((FOLDER / "tests").glob("*.yml"))
RUNBOOKS = ROOT / "docs" / "runbooks"


def rules() -> list[dict[str, Any]]:
    """Every recording and alerting rule."""
    groups = [group for file in RULE_FILES for group in _read(file)["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Every alerting rule; two of one name differ in severity."""
    return [rule for rule in rules() if "alert" in rule]


def alert_names() -> list[str]:
    """Each alert once."""
    return sorted({rule["alert"] for rule in alerts()})


def recorded() -> set[str]:
    """Names that recording rules make."""
    return {rule["record"] for rule in rules() if "record" in rule}


def story_moments() -> Iterator[dict[str, Any]]:
    """Every moment of every story at which an alert is looked at."""
    for file in STORY_FILES:
        for story in _read(file)["tests"]:
            yield from story.get("alert_rule_test", [])


def _read(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return read
