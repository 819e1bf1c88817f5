from codecs import BOM_UTF8
from io import BytesIO

import pytest

from exporter.domain.definitions import LOTOFACIL
from exporter.domain.draw_records import Fault
from exporter.services.draw_files import read_draws
from tests.domain.draw_records.forms import FIRST, csv_header, csv_line

TEXT = f"{csv_header(LOTOFACIL)};Praça\r\n{csv_line(FIRST)}\r\n"


@pytest.mark.parametrize(
    "content", [TEXT.encode(), BOM_UTF8 + TEXT.encode(), TEXT.encode("latin-1")]
)
def test_each_encoding_is_read(content: bytes) -> None:
    assert list(read_draws(BytesIO(content), LOTOFACIL)) == [FIRST]


def test_a_workbook_is_refused_in_one_line() -> None:
    found = list(read_draws(BytesIO(b"PK\x03\x04" + bytes(range(256))), LOTOFACIL))
    assert found == [Fault(1, "this is a workbook or an archive: save it as CSV")]


def test_bytes_of_any_kind_are_faults() -> None:
    found = list(read_draws(BytesIO(bytes(range(256)) * 9), LOTOFACIL))
    assert found
    assert all(isinstance(fault, Fault) for fault in found)


def test_an_empty_file_holds_nothing() -> None:
    assert list(read_draws(BytesIO(b""), LOTOFACIL)) == []
