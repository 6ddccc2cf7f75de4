"""A real browser, and windows that notice what a page must not do."""

import re
from collections.abc import Iterator
from zlib import crc32

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import find_program
from tests.emulators import served
from tests.receivers import receiving
from tests.ui.windows import MOST, Opener, Stage, Windows

# Who runs as root, as in a container, has no other choice; and there shared memory is short.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage"]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium; it is gone before other tests count what they leave behind."""
    path = find_program("chromium")
    expect.set_options(timeout=MOST)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Opener]:
    """`window(width=320)` is a window of its own; the test fails for an error, a violated policy or another host."""
    windows = Windows(browser)
    yield windows.open
    windows.close()
    assert windows.wrong == []


@pytest.fixture(scope="module")
def module_stage() -> Iterator[Stage]:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        yield Stage(emulator, receiver)


@pytest.fixture
def stage(module_stage: Stage, request: pytest.FixtureRequest) -> Stage:
    """A sandbox of its own whose cases wait until they are completed, and a receiver for their webhooks."""
    name = re.sub("[^a-z0-9_-]", "-", request.node.nodeid.lower())
    emulator = module_stage.emulator.of(f"{crc32(name.encode())}-{name[-40:]}")
    emulator.control("POST", "outcomes/next", {"outcome": "stuck", "times": 100})
    return Stage(emulator, module_stage.receiver)
