import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.draw_records import DrawRecord, Fault, parse_draws
from exporter.domain.games import Game
from tests.domain.draw_records.forms import FIRST, SECOND, games, json_lines, json_object, records


def read(text: str, game: Game = LOTOFACIL) -> list[DrawRecord | Fault]:
    return list(parse_draws(text.splitlines(keepends=True), game))


def altered(**fields: Any) -> str:
    return json.dumps(json_object(FIRST, LOTOFACIL) | fields)


@given(st.data(), games, st.sampled_from([None, 2]))
def test_a_list_is_read(data: st.DataObject, game: Game, indent: int | None) -> None:
    written = data.draw(records(game, prizes=True))
    text = json.dumps([json_object(record, game) for record in written], indent=indent)
    assert read(text, game) == written


@given(st.data(), games)
def test_one_a_line_is_read(data: st.DataObject, game: Game) -> None:
    written = data.draw(records(game, prizes=True))
    assert read("\n".join(json_lines(written, game)), game) == written


@given(st.text(max_size=60))
def test_a_bad_line_costs_no_other(bad: str) -> None:
    first, second = json_lines([FIRST, SECOND], LOTOFACIL)
    line = "{" + " ".join(bad.splitlines()).replace("{", "")
    found = read(f"{first}\n{line}\n{second}\n")
    assert (found[0], found[-1]) == (FIRST, SECOND)
    assert all(isinstance(between, Fault) and between.line == 2 for between in found[1:-1])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)
fields = st.sampled_from(
    ["numero", "dataApuracao", "listaDezenas", "listaRateioPremio", "faixa", "valorPremio"]
)


@given(st.dictionaries(fields, values) | values)
def test_any_value_is_a_draw_or_a_fault(value: Any) -> None:
    found = read(
        json.dumps([value, json_object(FIRST, LOTOFACIL) | {"listaRateioPremio": [value]}])
    )
    assert all(isinstance(one, DrawRecord | Fault) for one in found)


@given(st.text(max_size=200))
def test_any_text_is_faults_and_no_error(text: str) -> None:
    assert all(isinstance(found, DrawRecord | Fault) for found in read("[" + text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (altered(numero=None), "line 1: numero is missing"),
        (altered(numero=2.5), "line 1: draw number Decimal('2.5') is not a whole number"),
        (altered(dataApuracao="ontem"), "line 1: date 'ontem' must be DD/MM/YYYY or YYYY-MM-DD"),
        (altered(listaDezenas="01"), "line 1: listaDezenas must be a list of numbers, not '01'"),
        (altered(listaDezenas=[1, True]), "line 1: drawn number True is not a whole number"),
        (
            altered(listaRateioPremio=[{"faixa": 1, "valorPremio": "R$ 5"}]),
            "line 1: valorPremio 'R$ 5' must be an amount such as 1234.56",
        ),
        (
            altered(listaRateioPremio=[7]),
            "line 1: listaRateioPremio must be a list of objects, not [7]",
        ),
        ("[7]", "line 1: 7 is no object with numero, dataApuracao and so on"),
        (
            '[\n{"numero" 1,\n',
            "line 2: not JSON: Expecting ':' delimiter; nothing after it was read",
        ),
        ('{"a":' * 100_000, "line 1: not JSON: no value of JSON; nothing after it was read"),
        ('{"numero": NaN}', "line 1: not JSON: no value of JSON; nothing after it was read"),
        (
            '{"numero": 1e99999999999999999999}',
            "line 1: not JSON: no value of JSON; nothing after it was read",
        ),
    ],
)
def test_a_bad_value_says_what_is_wrong(text: str, reason: str) -> None:
    assert [str(found) for found in read(text)] == [reason]


def test_other_services_names_are_understood() -> None:
    text = json.dumps(
        {
            "loteria": "lotofacil",
            "concurso": 1,
            "data": "29/09/2003",
            "dezenas": [f"{ball:02}" for ball in FIRST.numbers],
        }
    )
    assert read(text) == [FIRST]


def test_numbers_in_the_order_drawn_are_sorted() -> None:
    names: Sequence[str] = [f"{ball:02}" for ball in reversed(FIRST.numbers)]
    text = altered(listaDezenas=None, dezenasSorteadasOrdemSorteio=names)
    assert read(text) == [FIRST]
