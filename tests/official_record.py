"""The official record of nine games until May 2026, as the operator's own objects."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "official"
#: The name that a game has here, and its file.
FILES = {
    "lotofacil": "lotofacil",
    "megasena": "mega-sena",
    "quina": "quina",
    "lotomania": "lotomania",
    "timemania": "timemania",
    "diadesorte": "dia-de-sorte",
    "duplasena": "dupla-sena",
    "maismilionaria": "mais-milionaria",
    "supersete": "super-sete",
}


def lines(game: str) -> Iterator[str]:
    """Each draw of a game, one object a line."""
    path = Path(os.environ.get("LOTOFACIL_OFFICIAL", _FOLDER)) / f"{FILES[game]}.jsonl.gz"
    if not path.is_file():
        message = "the official record is missing: set LOTOFACIL_OFFICIAL to its folder"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from file


def objects(game: str) -> list[dict[str, Any]]:
    """Each draw of a game as the operator tells it, in the order of the record."""
    return [json.loads(line) for line in lines(game)]


def days(game: str) -> dict[int, date]:
    """The day of each draw, by number."""
    return {draw["numero"]: _day(draw["dataApuracao"]) for draw in objects(game)}


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, not a moment
