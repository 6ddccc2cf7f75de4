"""A real browser, and pages that watch themselves."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.emulators import Emulator, served
from tests.receivers import Receiver, receiving

PHONE, DESK, NARROW = (390, 844), (1280, 860), (320, 640)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; where there is none the test says how to install it."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        told = "chromium is missing: install it with `apt-get install chromium`"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        # As root, and where memory is short, Chromium starts only so.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and everything it complained about or asked of others."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> "Watched":
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self._asked(request.url))
        return self

    def _note(self, kind: str, text: str) -> None:
        is_page_not_found = "404 (Not Found)" in text  # which is what a test of an unknown case asks for
        if kind in ("error", "warning") and not is_page_not_found:
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.complaints.append(f"asked another host: {url}")


@dataclass
class Stage:
    """An emulator whose cases wait for their applicant, a receiver for their webhooks, and browsers to look."""

    emulator: Emulator
    receiver: Receiver
    browser: Browser
    opened: list[Watched] = field(default_factory=list)

    @contextmanager
    def page(self, size: tuple[int, int] = PHONE, **options: Any) -> Iterator[Page]:
        """A page of that size; it must have had nothing to complain about."""
        shape = {"width": size[0], "height": size[1]}
        context = self.browser.new_context(viewport=shape, **options)  # type: ignore[arg-type]
        watched = Watched(context.new_page(), self.emulator.url).watch()
        watched.page.set_default_timeout(10_000)
        try:
            yield watched.page
            assert watched.complaints == []
        finally:
            context.close()


@pytest.fixture(scope="module")
def module_stage(chromium: Browser) -> Iterator[Stage]:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        yield Stage(emulator, receiver, chromium)


@pytest.fixture
def stage(module_stage: Stage, request: pytest.FixtureRequest) -> Stage:
    """A sandbox of its own whose cases wait until they are completed."""
    import re
    from zlib import crc32

    name = re.sub("[^a-z0-9_-]", "-", request.node.nodeid.lower())
    emulator = module_stage.emulator.of(f"{crc32(name.encode())}-{name[-40:]}")
    emulator.control("POST", "outcomes/next", {"outcome": "stuck", "times": 100})
    return Stage(emulator, module_stage.receiver, module_stage.browser)
