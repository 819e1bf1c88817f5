import csv
import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from exporter.cli import main
from exporter.storage.engine import create_engine_for
from tests.blocks import Reader
from tests.domain.draw_records.forms import FIRST, SECOND, csv_line
from tests.servers.process import Server
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

REAL_DRAWS = Path(__file__).parents[3] / "shared" / "data" / "lotofacil-draws.csv"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "en")
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["replay", *arguments], input=stdin, catch_exceptions=False)


def query(statement: str) -> int:
    engine = create_engine_for("sqlite:///metrics.db")
    with engine.connect() as connection:
        found: int = connection.scalar(sql(statement))
    engine.dispose()
    return found


def records() -> tuple[int, int]:
    """How many predictions and draws there are."""
    return query("SELECT count(*) FROM predictions"), query("SELECT count(*) FROM draws")


def test_a_file_is_replayed_and_again_changes_nothing() -> None:
    Path("draws.csv").write_text(f"{csv_line(SECOND)}\n{csv_line(FIRST)}\n")
    first, second = run("draws.csv"), run("draws.csv")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout
    header, _, previous, _ = first.stdout.splitlines()
    assert " ".join(header.split()) == "model draws tickets accuracy chance z"
    assert previous.split() == ["previous", "2", "2", "0.6000", "0.6000", "+0.00"]
    assert records() == (6, 2)


def test_bad_lines_are_told_and_the_rest_is_replayed() -> None:
    lines = [csv_line(FIRST), "2,soon,1,2", csv_line(SECOND).replace("2,", "5,", 1)]
    found = run("-", "--models", "random", stdin="\n".join(lines))
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [
        "<stdin>: line 2: 4 columns, lotofacil needs 17: number, date and 15 numbers",
        "1 lines of <stdin> could not be read; the others were used.",
        "3 draws are missing in the record, the first is 2.",
    ]
    assert records() == (2, 2)


def test_a_draw_of_a_day_to_come_is_told_by_its_line_and_gets_no_tickets() -> None:
    ahead = replace(SECOND, day=date(2126, 5, 24))
    found = run("-", "--models", "random", stdin=f"{csv_line(FIRST)}\n{csv_line(ahead)}\n")
    assert found.exit_code == 1
    told, _ = found.stderr.splitlines()
    assert told.startswith("<stdin>: line 2: draw_date: 2126-05-24 is yet to come: a result is of")
    assert records() == (1, 1)


def test_many_bad_lines_are_cut_short() -> None:
    found = run("-", stdin=csv_line(FIRST) + "\nx,y" * 30)
    assert len(found.stderr.splitlines()) == 22
    assert "… and 10 more" in found.stderr


def test_without_a_file_draws_are_simulated_apart_from_real_ones() -> None:
    assert run("--draws", "5", "--seed", "1").exit_code == 0
    again = run("--draws", "5", "--seed", "2")
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: simulated has other results already (of draw 1,")
    assert records() == (15, 5)


def test_a_real_game_is_not_simulated_from_before_it_began() -> None:
    found = run("--game", "lotofacil", "--draws", "7000")
    assert found.exit_code == 1
    assert found.stderr == (
        "Error: 7000 simulated draws would begin before the first one of lotofacil, on 2003-09-29: "
        "give fewer in --draws, or leave --game out.\n"
    )
    assert run("--game", "lotofacil", "--draws", "3", "--models", "random").exit_code == 0


def test_another_confidence_is_another_version() -> None:
    found = run("--draws", "3", "--confidence", "0.85", "--models", "frequency")
    assert "frequency-0.85" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["none.csv"], "Invalid value for '[FILE]': 'none.csv': No such file or directory"),
        (["."], "Invalid value for '[FILE]': '.': Is a directory"),
        (["--models", "magic"], "Invalid value for '--models': model 'magic' is not known"),
        (["--from", "soon"], "'soon' must be a draw's number, DD/MM/YYYY or YYYY-MM-DD"),
        (["--game", "bingo"], "Invalid value for '--game': game 'bingo' is not known"),
        (["--tickets", "0"], "Invalid value for '--tickets': 0 is not in the range"),
        (["--confidence", "2"], "Invalid value for '--confidence': 2.0 is not in the range"),
        (["--url", "http://localhost:1"], "Without a file there is nothing to send"),
    ],
)
def test_bad_values_are_refused_in_one_line(arguments: list[str], reason: str) -> None:
    found = run(*arguments)
    assert found.exit_code == 2
    assert reason in found.stderr.splitlines()[-1]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00\xff\n" * 3])
def test_a_file_without_draws_is_an_error(content: bytes) -> None:
    Path("draws.csv").write_bytes(content)
    found = run("draws.csv")
    assert found.exit_code == 1
    assert found.stderr.splitlines()[-1].startswith("Error: draws.csv: no draw of lotofacil in it;")


def test_a_database_that_cannot_be_used_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///none/at/all.db")
    found = run("--draws", "2")
    assert (found.exit_code, len(found.stderr.splitlines())) == (1, 1)
    monkeypatch.setenv("DATABASE_URL", "nothing")
    assert run().stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.integration
def test_a_replay_can_be_sent_to_an_exporter_elsewhere(folder: Path) -> None:
    elsewhere = Reader(folder / "elsewhere")
    elsewhere.folder.mkdir()
    Path("draws.csv").write_text(f"{csv_line(FIRST)}\n{csv_line(SECOND)}\n")
    with elsewhere.running():
        sent = run("draws.csv", "--url", elsewhere.url, "--models", "previous")
        summary = requests.get(
            f"{elsewhere.url}/api/metrics/summary", timeout=PATIENCE_SECONDS
        ).json()
    assert (sent.exit_code, Path("metrics.db").exists()) == (0, False)
    assert summary["data"]["accuracy"]["hits"] == 18
    away = run("draws.csv", "--url", elsewhere.url, "--models", "random")
    assert away.exit_code == 1
    assert away.stderr == (
        "The destination does not answer: the rest waits in data and is delivered later.\n"
    )


def test_ctrl_c_ends_a_replay_with_what_was_done(folder: Path) -> None:
    log = folder / "replay.log"
    replay = Server(
        [sys.executable, "-m", "exporter.cli", "replay", "--draws", "30000"],
        log,
        stop_with=signal.SIGINT,
        environment=dict(os.environ),
        folder=folder,
    )
    wait_until(lambda: Path("metrics.db").exists() and has_draws(), what="the first draws")
    replay.stop()
    lines = log.read_text("utf-8").splitlines()
    assert lines[1] == "Interrupted; running the command again goes on and records nothing twice."
    assert 0 < int(lines[3].split()[1]) <= records()[1] < 30_000


def has_draws() -> bool:
    try:
        return records()[1] > 1  # so the first has been counted, too
    except OperationalError:  # no tables yet
        return False


def counted_by_hand(first: int) -> tuple[int, int]:
    """Draws from `first` on, and hits of the 15 numbers drawn most before each."""
    seen: Counter[int] = Counter()
    draws = hits = 0
    with REAL_DRAWS.open(newline="") as file:
        for row in csv.DictReader(file):
            drawn = {int(row[f"d{k}"]) for k in range(1, 16)}
            if int(row["concurso"]) >= first:
                favourites = sorted(range(1, 26), key=lambda number: (-seen[number], number))[:15]
                draws, hits = draws + 1, hits + len(drawn & set(favourites))
            seen.update(drawn)
    return draws, hits


@pytest.mark.slow
def test_real_draws_give_the_figures_of_an_independent_count() -> None:
    if not REAL_DRAWS.is_file():
        pytest.skip(f"{REAL_DRAWS.name} is not beside the repository")
    found = run(str(REAL_DRAWS), "--from", "3001", "--to", "24/05/2025", "--models", "frequency")
    assert found.exit_code == 0
    draws, hits = counted_by_hand(3001)
    accuracy, z = f"{hits / draws / 15:.4f}", f"{(hits - draws * 9) / (draws * 1.5) ** 0.5:+.2f}"
    row = ["frequency", str(draws), str(draws), accuracy, "0.6000", z]
    assert found.stdout.splitlines()[1].split() == row
    assert query("SELECT sum(hits) FROM draw_scores") == hits
