"""The dashboards as Grafana gets them: plain JSON, in each language."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from exporter.messages import Language
from exporter.stack.dashboards import committed_files


@dataclass(frozen=True)
class Board:
    """One dashboard in one language."""

    name: str
    language: Language
    content: dict[str, Any]

    def panels(self) -> Iterator[dict[str, Any]]:
        """Its panels without the headings of rows."""
        return (panel for panel in self.content["panels"] if panel["type"] != "row")

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Each query of each panel, with the panel's title."""
        for panel in self.panels():
            for target in panel["targets"]:
                yield panel["title"], target["expr"]

    def variables(self) -> dict[str, dict[str, Any]]:
        return {variable["name"]: variable for variable in self.content["templating"]["list"]}


@cache
def all_boards() -> tuple[Board, ...]:
    """Every dashboard in every language."""
    return tuple(
        Board(path.stem, language, json.loads(content))
        for language in Language
        for path, content in committed_files(language).items()
    )


def board_id(board: Board) -> str:
    """A readable name for a test's parameter."""
    return f"{board.name}-{board.language.value}"
