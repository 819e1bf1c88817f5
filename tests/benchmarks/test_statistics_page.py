import re

import pytest

from benchmarks.statistics_page import PAGE, PICTURES, TABLES, filled, load_results


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_tables_of_the_page_are_those_of_the_results(page: str) -> None:
    assert filled(page, load_results()) == page


def test_every_table_has_its_place(page: str) -> None:
    assert sorted(re.findall(r"<!-- table: ([a-z-]+) -->", page)) == sorted(TABLES)
    assert page.count("<!-- end -->") == len(TABLES)


def test_pictures_and_page_name_each_other(page: str) -> None:
    shown = set(re.findall(r"\(pictures/(statistics-[a-z-]+\.svg)\)", page))
    assert shown == {path.name for path in PICTURES.glob("statistics-*.svg")}


def test_a_changed_result_changes_the_page(page: str) -> None:
    results = load_results()
    results["chance"]["one ticket"]["e >= 20, worse: years"] = 0.321
    assert "32.1 %" in filled(page, results)
    assert filled(page, results) != page
