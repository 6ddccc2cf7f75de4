"""The pictures of the documentation: `make screenshots` takes them, and every run of the tests takes them again.

A picture that is there must be as large as the one that is taken now, and be shown in a document.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.emulators import Emulator, served
from tests.ui.windows import Opener

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"
ADDRESS = "http://127.0.0.1:8642"
NOW = "2026-11-18T15:42:07Z"  # of the demo, a moment after it has begun
DESK, PHONE = (1200, 750), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One picture: of which page, in what window, and what is shown on it once it is ready."""

    name: str
    path: str
    size: tuple[int, int]
    ready: str
    theme: str = "light"


PICTURES = (
    Picture("feed", "/", DESK, ".rows"),
    Picture("feed-dark", "/", DESK, ".rows", "dark"),
    Picture("case", "/cases/aplyid/1035", DESK, "svg.timeline"),
    Picture("analyst", "/analyst/sphinxhq/2", DESK, ".checks"),
    Picture("flow-welcome", "/guided_flows/standard/5579?position=1", PHONE, ".needs"),
    Picture("flow-document", "/guided_flows/standard/5579?position=4", PHONE, ".card"),
    Picture("flow-review", "/guided_flows/standard/5579?position=6", PHONE, ".facts"),
    # The stories come last: they change what the other pages would show.
    Picture("story", "/demo/recover", DESK, ".tries"),
    Picture("payoff", "/demo/approve?view=full-screen", DESK, "[aria-label='The first and the last time it was sent']"),
    Picture(
        "payoff-dark",
        "/demo/approve?view=full-screen",
        DESK,
        "[aria-label='The first and the last time it was sent']",
        "dark",
    ),
    Picture("story-phone", "/demo/deny", PHONE, ".qr"),
)


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    """The demo at one moment, as it is served at its usual address."""
    with served(demo=True, delay=2, public_url=ADDRESS) as emulator:
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": NOW})
        yield emulator


def tell_half_of(page: Page) -> None:
    """The first two steps of a story."""
    for done in (1, 2):
        tell_step(page, done)
    expect(page.locator(".tries li")).to_have_count(3)


def tell_step(page: Page, done: int) -> None:
    page.locator("#next-step button").click()
    expect(page.locator(".acts .past")).to_have_count(done)


# What is done on a page before its picture is taken, by the name of the picture.
BEFORE: Mapping[str, Callable[[Page], object]] = {
    "story": tell_half_of,
    **dict.fromkeys(("payoff", "payoff-dark"), lambda page: [tell_step(page, done) for done in (1, 2, 3)]),
    "story-phone": lambda page: tell_step(page, 1),
}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_of_the_page_as_it_is(
    demo: Emulator, window: Opener, picture: Picture, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = IMAGES if request.config.getoption("--write-screenshots") else tmp_path
    page = window(picture.size, color_scheme=picture.theme, device_scale_factor=1.5, reduced_motion="reduce")
    page.goto(f"{demo.url}{picture.path}")
    if picture.name in BEFORE:
        BEFORE[picture.name](page)
    expect(page.locator(picture.ready).first).to_be_visible()
    page.mouse.move(0, 0)
    taken = folder / f"{picture.name}.png"
    page.screenshot(path=taken, animations="disabled")
    assert size_of(taken) == size_of(IMAGES / taken.name) == tuple(round(1.5 * length) for length in picture.size)


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height, from the head of a PNG."""
    head = picture.read_bytes()[:24]
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def test_every_picture_is_taken_here_and_shown_in_a_document() -> None:
    taken = {f"{picture.name}.png" for picture in PICTURES}
    assert {path.name for path in IMAGES.iterdir()} == taken
    documents = "".join(path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    assert [name for name in sorted(taken) if f"images/{name}" not in documents] == []
