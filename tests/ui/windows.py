"""Windows of a real browser, and what is wrong with the pages in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page

from tests.emulators import Emulator
from tests.receivers import Receiver
from tests.ui.reading import place
from tests.waiting import PATIENCE

Opener = Callable[..., Page]
PHONE, DESK, NARROW = (390, 844), (1280, 860), (320, 640)
MOST = (
    PATIENCE * 1_000
)  # milliseconds, which only a failure uses up: Playwright's own five seconds are few on a busy machine
COLOURS = ["color-contrast", "link-in-text-block"]


@dataclass
class Windows:
    """Windows that each are a browser of their own, and everything that was wrong in them."""

    browser: Browser
    wrong: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, size: tuple[int, int] = DESK, *, watched: bool = True, **options: Any) -> Page:
        """A window of that size; what is not `watched` may go wrong."""
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(MOST)
        if watched:
            self._watch(page)
        return page

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        """A violated policy is an error on the console."""
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("dialog", self._close_alert)
        page.on("request", lambda request: self._see(request.url))

    def _close_alert(self, dialog: Dialog) -> None:
        if dialog.type == "alert":  # we open none; what we ask is for the test to answer
            self.wrong.append(f"alert: {dialog.message}")
            dialog.dismiss()

    def _hear(self, kind: str, text: str) -> None:
        # A refusal that a test asks for is logged by the browser, and is nothing wrong.
        if kind in ("error", "warning") and "the server responded with a status of 4" not in text:
            self.wrong.append(f"{kind}: {text}")

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.wrong.append(f"a request to another host: {url}")


@dataclass
class Stage:
    """An emulator whose cases wait for their applicant, and a receiver for their webhooks."""

    emulator: Emulator
    receiver: Receiver


def serious(page: Page) -> list[str]:
    """What axe finds on a page in either theme that keeps somebody from using it."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = _violations(page)
    page.emulate_media(color_scheme="dark")
    found += _violations(page, runOnly=COLOURS)  # a theme is colours and nothing else
    page.emulate_media(color_scheme="light")
    return found


def _violations(page: Page, **options: Any) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html']}" for one in bad for node in one["nodes"][:3]]


def too_wide(page: Page, *sizes: tuple[int, int]) -> list[tuple[int, int]]:
    """In which of these sizes the page is wider than its window; it stays in the last one."""
    wide = []
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        if overflow(page) > 0:
            wide.append((width, height))
    return wide


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def go(page: Page, emulator: Emulator, path: str) -> None:
    """Open that page of the sandbox."""
    page.goto(place(emulator, path))


def press(page: Page | Locator, name: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name, exact=True).first.click()
