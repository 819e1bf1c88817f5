import gzip

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from exporter.domain.alerts import AlertRule
from exporter.messages import Language
from exporter.pages.dashboard.assets import PLOTLY_VERSION
from exporter.storage import migrate
from exporter.storage.engine import writing
from exporter.storage.faults import MEANINGS, Fault
from exporter.storage.named_rows import RULES
from tests.pages.dashboard.conftest import application
from tests.seeding import NOW, Arm, reader_of, seeded_engine

MISSING = MEANINGS[Fault.BROKEN].to(Language.PT_BR)

TABLES = (
    *("windows", "evidence", "references", "trends", "calibration", "money", "tiers"),
    *("rules", "alerts", "notifications", "draws", "runs", "resources"),
)


def _page(app: Flask, query: str = "") -> str:
    answer = app.test_client().get(f"/dashboard{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_every_figure_is_in_the_page_without_a_script(seeded: Engine) -> None:
    page = _page(application(seeded))
    for name in TABLES:
        assert f'id="table-{name}"' in page
    assert "indistinguível do acaso" in page
    assert "aleatorio (controle)" in page
    assert "60,0%" in page


@pytest.mark.parametrize(
    ("query", "language", "words"),
    [
        ("", "pt-BR", "Últimos sorteios"),
        ("?lang=en", "en", "Last draws"),
        ("?lang=pt", "pt-BR", "Últimos sorteios"),
        ("?lang=xx", "pt-BR", "Últimos sorteios"),
    ],
)
def test_it_speaks_both_languages(seeded: Engine, query: str, language: str, words: str) -> None:
    page = _page(application(seeded), query)
    assert f'<html lang="{language}">' in page
    assert words in page


def test_the_page_does_not_wait_for_the_threshold_adviser(seeded: Engine) -> None:
    rule = AlertRule("Longa <b>", "accuracy.300", "<", 0.58)
    with writing(seeded) as connection:
        RULES.put(connection, rule.name, rule, NOW)
    page = _page(application(seeded))
    assert "Longa &lt;b&gt;" in page
    assert "calculando…" in page


@pytest.mark.parametrize("query", ["?game=bingo", "?span=9y", "?game=&span=", "?x=1", "?game=%00"])
def test_an_address_that_means_nothing_shows_the_usual_page(seeded: Engine, query: str) -> None:
    assert "Lotofácil" in _page(application(seeded), query)


def test_links_keep_what_was_chosen(seeded: Engine) -> None:
    page = _page(application(seeded), "?span=7d&lang=en")
    assert 'href="/dashboard?span=30d&amp;lang=en"' in page
    assert 'href="/dashboard?span=7d&amp;lang=pt-BR"' in page


def test_an_empty_database_says_what_to_do_first(empty: Engine) -> None:
    page = _page(application(empty))
    assert "Registre uma predição" in page
    assert "metrics_service.record_prediction(" in page
    assert 'class="tile' not in page


def test_the_data_are_what_the_page_shows(seeded: Engine) -> None:
    answer = application(seeded).test_client().get("/dashboard/data?lang=en")
    data = answer.get_json()
    assert data["moment"] == "2024-06-15 09:00"
    assert "Last draws" in data["content"]
    assert {"accuracy", "hits", "volume", "latency", "calibration"} <= set(data["figures"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_may_come_from_elsewhere(seeded: Engine) -> None:
    answer = application(seeded).test_client().get("/dashboard")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in answer.get_data(as_text=True).replace("http-equiv", "")


@pytest.mark.parametrize("packed", [True, False])
def test_the_drawing_library_is_the_installed_one(seeded: Engine, packed: bool) -> None:
    headers = {"Accept-Encoding": "gzip"} if packed else {}
    client = application(seeded).test_client()
    answer = client.get(f"/dashboard/plotly-{PLOTLY_VERSION}.js", headers=headers)
    content = gzip.decompress(answer.data) if packed else answer.data
    assert content.startswith(b"/**\n* plotly.js v")
    assert "immutable" in answer.headers["Cache-Control"]


def test_names_cannot_put_markup_into_the_page(sqlite_url: str) -> None:
    engine = seeded_engine(sqlite_url, 5, (Arm("</script><b>v1", "model", 0.6),))
    page = _page(application(engine))
    engine.dispose()
    assert "</script><b>" not in page
    assert "&lt;/script&gt;&lt;b&gt;v1" in page


@pytest.fixture
def broken(seeded: Engine) -> Flask:
    app = application(seeded)
    reader_of(seeded).overview()
    with seeded.begin() as connection:
        connection.execute(text("DROP TABLE totals"))
    return app


@pytest.mark.parametrize(("query", "words"), [("", "não responde"), ("?lang=en", "not answer")])
def test_a_database_that_is_away_is_said(broken: Flask, query: str, words: str) -> None:
    answer = broken.test_client().get(f"/dashboard{query}")
    assert answer.status_code == 503
    assert words in answer.get_data(as_text=True)
    assert "SELECT" not in answer.get_data(as_text=True)
    assert 'http-equiv="refresh"' in answer.get_data(as_text=True)


def test_refreshing_says_that_the_database_is_away(broken: Flask) -> None:
    answer = broken.test_client().get("/dashboard/data")
    assert (answer.status_code, answer.get_json()) == (503, {"error": MISSING})


def test_a_newer_schema_is_said_until_it_is_gone(empty: Engine) -> None:
    client = application(empty).test_client()
    with writing(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    page, data = client.get("/dashboard?lang=en"), client.get("/dashboard/data")
    assert (page.status_code, "lacks a table" in page.get_data(as_text=True)) == (503, True)
    assert (data.status_code, data.get_json()) == (503, {"error": MISSING})
    with writing(empty) as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{migrate.head()}'"))
    assert client.get("/dashboard").status_code == 200
