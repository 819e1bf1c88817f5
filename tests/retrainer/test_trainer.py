"""The training command of this project."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from exporter.domain.definitions import LOTOFACIL
from retrainer.model import PRIOR, TrainingDraws, train
from retrainer.trainer import main
from tests.retrainer.conftest import add_draw

LOW, HIGH = list(range(1, 16)), list(range(11, 26))
NOW = datetime(2024, 1, 8, 2, tzinfo=UTC)


def run(output: Path, *arguments: str) -> int:
    words = ["--game", "lotofacil", "--version", "v1", "--output", str(output), *arguments]
    return main(words, lambda: NOW)


def test_weights_are_probabilities_that_newer_draws_move_more() -> None:
    weights = train(LOTOFACIL, TrainingDraws(1, 400, [LOW] * 200 + [HIGH] * 200))
    assert sum(weights.values()) == pytest.approx(LOTOFACIL.drawn)
    assert weights[25] > 0.6 > weights[1]
    assert weights[12] == max(weights.values())


def test_one_draw_hardly_moves_chance() -> None:
    weights = train(LOTOFACIL, TrainingDraws(1, 1, [LOW]))
    assert weights[1] == pytest.approx((PRIOR * 0.6 + 1) / (PRIOR + 1))


def test_a_model_is_made_from_the_database(
    engine: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    for number, numbers in enumerate([LOW, HIGH, HIGH], 7):
        add_draw(engine, number, numbers)
    assert run(tmp_path / "model", "--seed", "5") == 0
    model = json.loads((tmp_path / "model").read_text())
    assert model["draws"] == {"count": 3, "first": 7, "last": 9}
    assert (model["model_version"], model["seed"]) == ("v1", 5)
    assert model["trained_at"] == "2024-01-08T02:00:00Z"
    assert len(model["weights"]) == 25
    assert model["weights"]["25"] > model["weights"]["1"]


def test_a_model_is_made_from_a_file_with_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    lines = [f"{n},0{n}/01/2024,{','.join(map(str, LOW))}" for n in (2, 1, 3)]
    file.write_text("\n".join([*lines, "4,today,1"]), "utf-8")
    assert run(tmp_path / "model", "--draws", str(file), "--last", "2") == 0
    model = json.loads((tmp_path / "model").read_text())
    assert model["draws"] == {"count": 2, "first": 2, "last": 3}


def test_the_last_draws_of_a_file_are_those_of_the_latest_days(tmp_path: Path) -> None:
    """As those of the database are: a number may be dated after the next."""
    file = tmp_path / "draws.csv"
    days = {1: "01", 2: "03", 3: "02"}
    lines = [f"{n},{day}/01/2024,{','.join(map(str, LOW))}" for n, day in days.items()]
    file.write_text("\n".join(lines), "utf-8")
    assert run(tmp_path / "model", "--draws", str(file), "--last", "1") == 0
    model = json.loads((tmp_path / "model").read_text())
    assert model["draws"] == {"count": 1, "first": 2, "last": 2}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "no draws of lotofacil are recorded: record results first\n"),
        (["--draws", "/nowhere.csv"], "/nowhere.csv: No such file or directory\n"),
        (["--draws", "/dev/null"], "/dev/null: holds no draws of lotofacil\n"),
        (["--game", "chess"], "game 'chess' is not known; known games: "),
    ],
)
def test_what_is_in_the_way_is_one_line(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    line: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert run(tmp_path / "model", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith(line)
    assert said.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "retrainer.trainer", "--game", "lotofacil", "--version", "v1"]
    environment = {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}
    words += ["--output", str(tmp_path / "model")]
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("the database cannot be read: ")
    assert ended.stderr.count("\n") == 1
    assert "hidden" not in ended.stderr
