"""A real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.servers.process import SEARCH_PATH, find_program
from tests.servers.waiting import PATIENCE_SECONDS

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NO_FONTS = (
    "the browser has no fonts: install some, or remove .servers/bin/chromium"
    " and run scripts/fetch-servers --tests"
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a headless browser; pages are opened with browser.new_page()."""
    program = find_program("chromium")
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with _driver_with_its_libraries(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=QUIET, timeout=PATIENCE_SECONDS * 1000
        )
        try:
            _need_letters(browser)
            yield browser
        finally:
            browser.close()


def _need_letters(browser: Browser) -> None:
    """Without any font a text takes no room, and a page is not laid out as readers see it."""
    page = browser.new_page()
    page.set_content("<span>letters</span>")
    width = page.locator("span").evaluate("text => text.getBoundingClientRect().width")
    page.close()
    if not width:
        pytest.fail(_NO_FONTS, pytrace=False)


@contextmanager
def _driver_with_its_libraries() -> Iterator[None]:
    """Start Playwright's own node through the wrapper that fetch-servers makes on bare machines."""
    with pytest.MonkeyPatch.context() as environment:
        if node := shutil.which("playwright-node", path=SEARCH_PATH):
            environment.setenv("PLAYWRIGHT_NODEJS_PATH", node)
        yield
