"""The real draws, when they are at hand, and small games that can be enumerated."""

import csv
import os
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest

DRAWS = Path(__file__).parents[4] / "shared" / "data" / "lotofacil-draws.csv"


@pytest.fixture(scope="session")
def real_draws() -> list[frozenset[int]]:
    """Every published draw, oldest first, numbers from 0: ``LOTOFACIL_DRAWS`` names the file."""
    path = Path(os.environ.get("LOTOFACIL_DRAWS", DRAWS))
    if not path.is_file():
        message = "the published draws are missing: set LOTOFACIL_DRAWS to their CSV file"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [frozenset(int(number) - 1 for number in row[2:]) for row in rows]


def all_hits(drawn: int, held: Sequence[int]) -> Iterator[int]:
    """Hits of all tickets in every possible draw."""
    return (sum(chosen) for chosen in combinations(held, drawn))


def held_by(pool: int, tickets: Sequence[Sequence[int]]) -> list[int]:
    """Tickets that hold each number."""
    return [sum(number in ticket for ticket in tickets) for number in range(pool)]
