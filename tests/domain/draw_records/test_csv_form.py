from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.definitions import LOTOFACIL, MEGA_SENA
from exporter.domain.draw_records import DrawRecord, Fault, parse_draws
from exporter.domain.games import Game
from tests.domain.draw_records.forms import FIRST, SECOND, csv_header, csv_line, games, records


def read(lines: Sequence[str], game: Game = LOTOFACIL) -> list[DrawRecord | Fault]:
    return list(parse_draws(lines, game))


def faults(lines: Sequence[str], game: Game = LOTOFACIL) -> list[str]:
    return [str(found) for found in read(lines, game) if isinstance(found, Fault)]


@given(st.data(), games, st.sampled_from(",;\t"), st.booleans(), st.booleans(), st.booleans())
def test_what_was_written_is_read(
    data: st.DataObject, game: Game, delimiter: str, header: bool, iso: bool, trailing: bool
) -> None:
    written = data.draw(records(game))
    lines = [csv_header(game, delimiter)] if header else []
    lines += [csv_line(record, delimiter, iso=iso) + delimiter * trailing for record in written]
    assert read([f"{line}\r\n" for line in lines], game) == written


@given(st.lists(st.text(max_size=80), max_size=8), games)
def test_any_text_is_faults_and_no_error(lines: list[str], game: Game) -> None:
    assert all(isinstance(found, DrawRecord | Fault) for found in read(lines, game))


@given(st.text(alphabet='0123456789,;/"- R$.', max_size=60))
def test_a_bad_line_costs_no_other(bad: str) -> None:
    found = read([csv_line(FIRST), bad, csv_line(SECOND)])
    assert (found[0], found[-1]) == (FIRST, SECOND)
    assert all(isinstance(between, Fault) and between.line == 2 for between in found[1:-1])


def test_the_operators_own_table_is_read_with_its_prizes() -> None:
    header = "Concurso;Data Sorteio;" + ";".join(f"Bola{k}" for k in range(1, 16))
    header += ";Ganhadores 15 acertos;Cidade / UF;Rateio 15 acertos;Rateio 14 acertos"
    line = csv_line(FIRST, ";") + ';5;"BAHIA; PARANÁ";R$49.765,82;'
    assert read([header, line]) == [replace(FIRST, prizes={15: 4_976_582})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,29-09-2003,2,3", "line 2: 4 columns, lotofacil needs 17: number, date and 15 numbers"),
        (csv_line(FIRST).replace("1,", "x,", 1), "line 2: draw number 'x' is not a whole number"),
        (
            csv_line(FIRST).replace("29/09/2003", "31/02/2003"),
            "line 2: date '31/02/2003' must be DD/MM/YYYY or YYYY-MM-DD",
        ),
        (
            csv_line(replace(FIRST, day=date(1900, 1, 1))).replace("1900", "1800"),
            "line 2: date '01/01/1800' is not between 1900 and 2199",
        ),
        (csv_line(FIRST).replace("25", "26"), "line 2: numbers: 26 outside 1 to 25 of lotofacil"),
        (csv_line(FIRST).replace("25", "24"), "line 2: numbers: 24 given more than once"),
        (csv_line(FIRST).replace("25", "٢٥"), "line 2: drawn number '٢٥' is not a whole number"),
        (
            csv_line(FIRST).replace("1,", "0,", 1),
            "line 2: draw number 0 is not between 1 and 2147483647",
        ),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, reason: str) -> None:
    assert faults([csv_header(LOTOFACIL), line, csv_line(SECOND)]) == [reason]


def test_a_bad_first_line_is_no_header() -> None:
    assert faults([csv_line(FIRST).replace("1,", "#1,", 1)]) == [
        "line 1: draw number '#1' is not a whole number"
    ]


def test_another_games_record_is_refused_line_by_line() -> None:
    assert faults([csv_line(FIRST)], MEGA_SENA) == [
        "line 1: 17 columns, megasena needs 8: number, date and 6 numbers"
    ]


def test_the_same_draw_again_is_passed_over_and_another_is_a_fault() -> None:
    lines = [csv_line(FIRST), csv_line(FIRST, iso=True), csv_line(replace(SECOND, number=1))]
    assert read(lines) == [FIRST, Fault(3, "draw 1 was given otherwise on line 1")]


def test_blank_lines_and_nothing_are_no_fault() -> None:
    assert read([]) == []
    assert read(["\n", csv_line(FIRST), " \n"]) == [FIRST]
