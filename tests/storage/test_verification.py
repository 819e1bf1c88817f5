"""Verification finds what is wrong and nothing else; a rebuild puts it right."""

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.moments import DAY, HOUR
from exporter.storage import evidence, retention
from exporter.storage.engine import writing
from exporter.storage.rebuilding import rebuild
from exporter.storage.verification import verify
from tests.databases import migrated, opened
from tests.storage.reading import read_models
from tests.storage.records import FIRST, draw_time, record, store, ticket


@pytest.fixture(autouse=True)
def history(engine: Engine) -> None:
    for number in (100, 101, 103):
        at = draw_time(number)
        store(engine, ticket(f"a{number}", at - HOUR), ticket(f"b{number}", at + 1, number))
        record(engine, number, FIRST if number == 101 else range(8, 23))


def differing(engine: Engine) -> set[str]:
    return {found.table for found in verify(engine, KNOWN_GAMES).differences}


def test_what_was_written_verifies(engine: Engine) -> None:
    found = verify(engine, KNOWN_GAMES)
    assert found.differences == ()
    assert found.before is None
    assert not +found.uncovered
    assert {name for name, n in found.compared.items() if n} == {
        *("totals", "day_rollups", "hour_rollups", "draws", "draw_scores", "evidence"),
        "game_totals",
    }


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE totals SET value = value + 1 WHERE measure = 'hits'",
        "DELETE FROM totals WHERE measure = 'scored'",
        "UPDATE day_rollups SET value = value + 1 WHERE measure = 'held' AND bucket = 3",
        "DELETE FROM hour_rollups WHERE measure = 'predictions'",
        "UPDATE draws SET open_after = open_after - 1 WHERE number = 101",
        "UPDATE draw_scores SET hits = hits + 1 WHERE draw_number = 100",
        "UPDATE draw_scores SET histogram = '{\"15:3\": 1}' WHERE draw_number = 100",
        "DELETE FROM draw_scores WHERE draw_number = 100",
        "UPDATE evidence SET state = REPLACE(state, '\"draws\": 3', '\"draws\": 2')",
        "UPDATE game_totals SET value = value + 1 WHERE measure = 'drawn_3'",
    ],
)
def test_damage_is_named_and_put_right(engine: Engine, damage: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(damage))
    damaged = damage.removeprefix("UPDATE ").removeprefix("DELETE FROM ").split()[0]
    assert damaged in differing(engine)
    assert rebuild(engine, KNOWN_GAMES, now=0) > 0
    assert differing(engine) == set()
    assert rebuild(engine, KNOWN_GAMES, now=0) == 0


def test_evidence_against_a_named_accuracy_is_compared_too(engine: Engine) -> None:
    with writing(engine) as connection:
        (model,) = read_models(connection)
        evidence.put_reference(connection, model, 620_000, 0)
    assert differing(engine) == set()
    with writing(engine) as connection:
        damage = "UPDATE accuracy_references SET state = REPLACE(state, '3', '4')"
        connection.execute(text(damage))
    assert differing(engine) == {"accuracy_references"}
    assert rebuild(engine, KNOWN_GAMES, now=0) == 1
    assert differing(engine) == set()


def test_after_a_clean_up_only_what_is_covered_is_compared(engine: Engine) -> None:
    before = draw_time(101) - DAY // 2
    assert retention.cleanup(engine, before=before, now=0) == 2
    found = verify(engine, KNOWN_GAMES)
    assert found.differences == ()
    assert found.before == before
    assert found.uncovered["totals"] > 0
    assert found.uncovered["draw_scores"] == 1
    with writing(engine) as connection:
        connection.execute(text("UPDATE totals SET value = 7 WHERE measure = 'predictions'"))
    assert rebuild(engine, KNOWN_GAMES, now=0) == 0


def test_a_damaged_file_is_told_instead_of_figures(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    migrated(f"sqlite:///{path}")
    with path.open("r+b") as file:  # nobody has it open
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)
    with opened(f"sqlite:///{path}") as engine:
        found = verify(engine, KNOWN_GAMES).differences
    assert {(difference.table, difference.place) for difference in found} == {
        ("database", "integrity_check")
    }
