import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from sqlalchemy import Engine, insert, text

from exporter.domain.alerts import AlertRule
from exporter.storage.engine import writing
from exporter.storage.named_rows import RULES
from exporter.storage.schema import notifications
from tests.pages.dashboard.conftest import application, serving
from tests.seeding import NOW, write_waiting_tickets

pytestmark = pytest.mark.integration
CHARTS = 8


class Watched:
    """A page that notes what goes wrong and what it asks for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.requests: list[Request] = []
        page.on("console", lambda line: self.problems.append(f"{line.type}: {line.text}"))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - playwright wants a function

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="pt-BR")
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def address(seeded: Engine) -> Iterator[str]:
    with serving(application(seeded, refresh_seconds=1)) as found:
        yield found


@pytest.mark.parametrize(
    ("query", "words"), [("", "indistinguível do acaso"), ("?lang=en", "indistinguishable")]
)
def test_charts_are_drawn_with_nothing_from_outside(
    watched: Watched, address: str, query: str, words: str
) -> None:
    page = watched.open(f"{address}/dashboard{query}")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    expect(page.locator(".chart:has(.main-svg)")).to_have_count(CHARTS)
    expect(page.locator("#tile-verdict")).to_contain_text(words)
    assert watched.problems == []
    assert all(r.url.startswith((address, "blob:", "data:")) for r in watched.requests)


def test_it_refreshes_in_place(watched: Watched, address: str, seeded: Engine) -> None:
    page = watched.open(f"{address}/dashboard")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    page.evaluate("document.querySelector('.chart').dataset.same = 'yes'")
    page.locator("#values-accuracy summary").click()
    with writing(seeded) as connection:
        connection.execute(insert(notifications).values(_alert("LotofacilExporterDown")))
    expect(page.locator("#table-alerts")).to_contain_text("LotofacilExporterDown")
    expect(page.locator(".chart[data-same=yes] .main-svg").first).to_be_visible()
    expect(page.locator("#values-accuracy")).to_have_attribute("open", "")
    assert watched.problems == []


def test_rules_their_advice_and_notifications_appear_by_themselves(
    watched: Watched, address: str, seeded: Engine
) -> None:
    page = watched.open(f"{address}/dashboard")
    rules = page.locator("#table-rules")
    expect(rules).to_contain_text("Nenhuma regra foi criada.")
    with writing(seeded) as connection:
        RULES.put(connection, "Baixa", AlertRule("Baixa", "accuracy", "<", 0.6), NOW)
        told = _alert("LotofacilUserRule", rule="Baixa")
        connection.execute(insert(notifications).values(told))
    expect(rules).to_contain_text("ruído: cerca de 12 episódios em 300 sorteios")
    expect(rules).to_contain_text("disparada")
    expect(page.locator("#table-notifications")).to_contain_text("Baixa")
    assert watched.problems == []


def _alert(name: str, **labels_of: str) -> dict[str, object]:
    labels = {"labels": json.dumps(labels_of), "annotations": "{}", "severity": "critical"}
    moment = {"starts_at": NOW, "received_at": NOW, "event": "system_error"}
    return {"fingerprint": name, "status": "firing", "alert": name, **labels, **moment}


def test_it_says_when_figures_are_old_and_when_they_are_fresh_again(
    watched: Watched, address: str, seeded: Engine
) -> None:
    page = watched.open(f"{address}/dashboard")
    expect(page.locator("#stale")).to_be_hidden()
    with seeded.begin() as connection:
        connection.execute(text("ALTER TABLE totals RENAME TO away"))
    expect(page.locator("#stale")).to_contain_text("os números são de 15/06/2024 09:00")
    with seeded.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO totals"))
    expect(page.locator("#stale")).to_be_hidden()


def test_the_first_prediction_brings_the_charts(watched: Watched, empty: Engine) -> None:
    with serving(application(empty, refresh_seconds=1)) as address:
        page = watched.open(f"{address}/dashboard")
        expect(page.locator("#empty-title")).to_have_text("Ainda não há predições")
        write_waiting_tickets(empty.url.render_as_string(hide_password=False))
        expect(page.locator("#figure-volume .main-svg").first).to_be_visible()
        expect(page.locator("#tile-accuracy")).to_contain_text("registre o resultado")
    assert watched.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_without_scrolling_sideways(
    browser: Browser, address: str, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
    page.goto(f"{address}/dashboard")
    expect(page.locator(".chart:has(.main-svg)")).to_have_count(CHARTS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(244, 245, 249)" if scheme == "light" else "rgb(16, 19, 26)")
    page.close()


def test_without_scripts_every_table_can_be_read(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/dashboard")
    expect(page.locator("#table-windows table")).to_be_visible()
    expect(page.locator(".chart").first).to_be_hidden()
    page.locator("#values-accuracy summary").click()
    expect(page.locator("#values-accuracy table")).to_be_visible()
    context.close()


def test_every_link_can_be_reached_by_keyboard(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/dashboard")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
