"""Grafana dashboards, generated from the metric catalogue and the message catalogue."""

import json
from pathlib import Path
from types import ModuleType

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from exporter.messages import Language
from exporter.stack.dashboards import accuracy, operations, overview

DASHBOARDS: tuple[ModuleType, ...] = (overview, accuracy, operations)
FOLDER = Path("grafana/dashboards")


def committed_files(language: Language = Language.PT_BR) -> dict[Path, str]:
    """The JSON of every dashboard by its path below the root of the repository."""
    built = (module.build(language) for module in DASHBOARDS)
    return {FOLDER / f"{board.uid}.json": _write(board) for board in built}


def _write(board: object) -> str:
    return json.dumps(board, cls=JSONEncoder, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
