"""A real browser, and windows that notice what a page must not do."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import find_program

OPTIONS = ["--no-sandbox"]  # who runs as root, as in a container, has no other choice
Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = find_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Opener]:
    """`window(width=320)` is a window of its own; the test fails for an error, a violated policy or another host."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_window(width: int = 1280, height: int = 800, *, watched: bool = True, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        if watched:
            watch(page, wrong)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert wrong == []


def watch(page: Page, wrong: list[str]) -> None:
    """Note what must not happen; a refusal that a test asks for is logged by the browser, and is none of that."""

    def note(kind: str, text: str) -> None:
        if "the server responded with a status of 4" not in text:
            wrong.append(f"{kind}: {text}")

    def check(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            wrong.append(f"a request to another host: {url}")

    page.on("console", lambda message: note("console", message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: note("error", str(error)))
    page.on("request", lambda request: check(request.url))
