from codecs import BOM_UTF8
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.draw_records import Fault
from exporter.domain.moments import to_micros
from exporter.operating.draw_files import read_draws
from tests.domain.draw_records.forms import FIRST, SECOND, csv_header, csv_line

NOW = to_micros(datetime(2024, 1, 31, 12, tzinfo=UTC))
TEXT = f"{csv_header(LOTOFACIL)};Praça\r\n{csv_line(FIRST)}\r\n"


@pytest.mark.parametrize(
    "content", [TEXT.encode(), BOM_UTF8 + TEXT.encode(), TEXT.encode("latin-1")]
)
def test_each_encoding_is_read(content: bytes) -> None:
    assert list(read_draws(BytesIO(content), LOTOFACIL, NOW)) == [FIRST]


def test_a_workbook_is_refused_in_one_line() -> None:
    found = list(read_draws(BytesIO(b"PK\x03\x04" + bytes(range(256))), LOTOFACIL, NOW))
    assert found == [Fault(1, "this is a workbook or an archive: save it as CSV")]


def test_bytes_of_any_kind_are_faults() -> None:
    found = list(read_draws(BytesIO(bytes(range(256)) * 9), LOTOFACIL, NOW))
    assert found
    assert all(isinstance(fault, Fault) for fault in found)


def test_draws_that_cannot_have_been_are_faults_of_their_line() -> None:
    ahead = replace(SECOND, number=3, day=date(2124, 1, 31))
    beyond = replace(SECOND, number=2_000_000)
    text = "\n".join(map(csv_line, (FIRST, ahead, beyond, SECOND)))
    first, *faults, second = read_draws(BytesIO(text.encode()), LOTOFACIL, NOW)
    assert (first, second) == (FIRST, SECOND)
    assert [str(fault).partition(": ")[2].split(":")[0] for fault in faults] == [
        "draw_date",
        "draw_number",
    ]
    assert str(faults[0]).startswith("line 2: draw_date: 2124-01-31 is yet to come")


def test_an_empty_file_holds_nothing() -> None:
    assert list(read_draws(BytesIO(b""), LOTOFACIL, NOW)) == []
