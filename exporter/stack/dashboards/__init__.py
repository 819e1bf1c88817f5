"""Grafana dashboards, generated: each panel stands with its texts in both languages."""

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from exporter.messages import Language
from exporter.stack.dashboards.boards import ACCURACY, OPERATIONS, OVERVIEW

BOARDS: Final = (OVERVIEW, ACCURACY, OPERATIONS)
FOLDER = Path("grafana/dashboards")


def committed_files(language: Language = Language.PT_BR) -> dict[Path, str]:
    """The JSON of every dashboard by its path below the root of the repository."""
    built = (board.build(language) for board in BOARDS)
    return {FOLDER / f"{board.uid}.json": _write(board) for board in built}


def _write(board: Dashboard) -> str:
    content = json.loads(json.dumps(board, cls=JSONEncoder))
    for shown in [*content["links"], *content["annotations"]["list"]]:
        # The SDK hides them in the controls menu and offers no way to say otherwise.
        del shown["placement"]
    for annotation in content["annotations"]["list"]:
        # Not every Grafana 12 still reads an `expr` of the annotation itself, nor does the SDK know
        # where it reads it instead.
        query = {"refId": "Anno", "expr": annotation.pop("expr"), "range": True, "instant": False}
        annotation["target"] = query
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
