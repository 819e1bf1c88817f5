"""`lotofacil references`: naming an accuracy, looking at it, taking it back."""

import pytest
from click.testing import CliRunner, Result

from exporter.cli import main
from tests.databases import opened
from tests.servers.ports import free_port
from tests.storage.records import draw_time, record, store, ticket

HOUR = 3_600_000_000


@pytest.fixture(autouse=True)
def records(database: str) -> None:
    with opened(database) as engine:
        store(engine, ticket("a", draw_time(100) - HOUR, version="v2.1"))
        store(engine, ticket("b", draw_time(101) - HOUR, version="v2.2"))
        record(engine, 100)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["references", *arguments], catch_exceptions=False)


def test_a_reference_is_named_shown_replaced_and_removed() -> None:
    assert run("list").stdout == "No reference was named.\n"
    named = run("set", "v2.2", "0.62")
    assert (named.stdout, named.stderr) == ("v2.2 (lotofacil) is held to 0.6200.\n", "")
    run("set", "v2.2", "0.61")
    header, row = run("list").stdout.splitlines()
    assert header.split()[:5] == ["game", "version", "reference", "accuracy", "draws"]
    assert row.split()[:7] == ["lotofacil", "v2.2", "0.6100", "–", "0", "1.00", "1.00"]
    assert run("remove", "v2.2").stdout == "The reference of v2.2 (lotofacil) is removed.\n"
    assert run("list").stdout == "No reference was named.\n"


def test_a_reference_named_after_the_draws_is_set_and_warned_about() -> None:
    named = run("set", "v2.1", "0.62")
    assert named.exit_code == 0
    assert named.stderr.startswith("Scored draws of this version so far: 1. ")
    row = run("list").stdout.splitlines()[1]
    assert row.split()[1:5] == ["v2.1", "0.6200", "0.3333", "1"]
    assert "not refuted" in row


def test_the_table_is_aligned_and_speaks_portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "pt-BR")
    for version in ("v2.1", "v2.2"):
        run("set", version, "0.62")
    header, *rows = run("list").stdout.splitlines()
    end = header.index("referência") + len("referência")
    assert [row[end - 6 : end] for row in rows] == ["0,6200", "0,6200"]


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("set", "v2.1", "62"), 2, "accuracy: 62.0 is not a number between 0 and 1"),
        (("set", "v2.1", "nan"), 2, "accuracy: nan is not a number between 0 and 1"),
        (("set", "v2.1", "much"), 2, "'much' is not a valid float"),
        (("set", "v9", "0.62"), 1, "lotofacil has no model version 'v9'"),
        (("set", "v2.1", "0.62", "--game", "chess"), 2, "'chess' is not known"),
        (("remove", "v2.1"), 1, "v2.1 (lotofacil) has no reference; `lotofacil references list`"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    arguments: tuple[str, ...], code: int, reason: str
) -> None:
    refused = run(*arguments)
    assert refused.exit_code == code
    assert reason in refused.stderr.splitlines()[-1]
    assert run("list").stdout == "No reference was named.\n"


def test_a_database_that_cannot_be_reached_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///none/at/all.db")
    for arguments in (["list"], ["set", "v1", "0.6"], ["remove", "v1"]):
        done = run(*arguments)
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)


def test_with_an_exporter_elsewhere_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("EXPORTER_URL", url)
    listed = run("list")
    assert listed.exit_code == 2
    assert f"{url}/api/metrics/models" in listed.stderr
    for arguments in (["set", "v1", "0.6"], ["remove", "v1"]):
        away = run(*arguments)
        assert away.exit_code == 1
        assert away.stderr.startswith(f"Error: exporter {url}: ")
