"""The pages in a real browser by keyboard, on a narrow screen, through a thin line and with a screen reader."""

import pytest
from playwright.sync_api import expect

from tests.emulators import Emulator
from tests.ui.reading import PAGES, fill
from tests.ui.windows import NARROW, PHONE, Opener, go, overflow, serious

HEAVIEST = 150_000  # bytes, compressed, of a page with all its assets
MORE = ("/requests/NUMBER", "/analyst/sphinxhq/1", "/analyst/aplyid/1024")
FLOW = ("/guided_flows/standard/5568?position=1", "/guided_flows/standard/5568/overview")
LIVELY = [path for path in PAGES if path not in ("/documents",)]


def test_everything_goes_by_keyboard_alone(emulator: Emulator, window: Opener) -> None:
    emulator.control("PATCH", "", {"delay": 60})
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    page = window()
    go(page, emulator, "/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("summary", has_text="New sample case")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".row")).to_have_count(1)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.row a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/aplyid/1024")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Complete as denied":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".facts .state")).to_have_text("denied")
    expect(page.locator("#told")).to_be_focused()  # the button is gone, and the focus not lost
    go(page, emulator, "/planning")
    page.locator("summary", has_text="Latency").focus()
    page.keyboard.press("Enter")
    seconds, button = page.locator("#fault-latency-seconds"), page.locator("#fault-latency button")
    seconds.focus()
    page.keyboard.type("x")
    button.focus()
    page.keyboard.press("Enter")
    expect(seconds).to_have_attribute("aria-invalid", "true")
    expect(seconds).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.5")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("The fault was planned.")
    expect(button).to_be_focused()


def test_a_window_320_wide_is_enough(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window(NARROW)
    for path in (*PAGES, "/cases/aplyid/1024", "/cases/aplyid/1025", "/analyst/sphinxhq/1"):
        go(page, emulator, path)
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        if path == "/documents":
            expect(page.locator(".opblock").first).to_be_visible()
        assert overflow(page) == 0, path


@pytest.mark.parametrize(
    "path",
    [*LIVELY, *(f"/cases/{case}" for case in ("aplyid/1024", "aplyid/1025", "sphinxhq/1", "aplyid/1")), *MORE],
)
def test_axe_finds_nothing_serious_in_either_theme(emulator: Emulator, window: Opener, path: str) -> None:
    if path != "/":  # which is looked at as a newcomer sees it as well
        fill(emulator)
    number = str((emulator.control("GET", "requests?status=422").json()["requests"] or [{"number": 0}])[0]["number"])
    page = window()
    go(page, emulator, path.replace("NUMBER", number))
    if path == "/":
        assert serious(page) == []
        fill(emulator)
        expect(page.locator(".row")).to_have_count(4)
    page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach((fold) => { fold.open = true; })")
    assert serious(page) == []


@pytest.mark.parametrize("path", [*LIVELY, "/cases/aplyid/1024", "/analyst/sphinxhq/1", *FLOW])
def test_a_page_with_all_its_assets_is_light(emulator: Emulator, window: Opener, path: str) -> None:
    fill(emulator)
    page = window()
    go(page, emulator, path)
    loaded = "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    sizes = page.evaluate(f"{loaded}.map((entry) => entry.encodedBodySize)")
    assert len(sizes) >= 3
    assert 10_000 < sum(sizes) < HEAVIEST


# What is pressed on these pages; the head of every page has its clock, which is elsewhere.
PRESSED = "main button, main a.button, main summary, .tab, .panel button, .ending"
SMALL = f"""() => [...document.querySelectorAll('{PRESSED}')]
    .filter((one) => !one.closest('.top') && one.getClientRects().length && one.getBoundingClientRect().height < 43.5)
    .map((one) => one.textContent.trim())"""


@pytest.mark.parametrize("path", ["/cases/aplyid/1024", "/cases/aplyid/1025", "/cases/sphinxhq/1", *FLOW])
def test_what_is_pressed_on_a_phone_is_large_enough_for_a_finger(emulator: Emulator, window: Opener, path: str) -> None:
    fill(emulator)
    page = window(PHONE)
    go(page, emulator, path)
    if page.get_by_text("Presenter", exact=True).count():
        page.get_by_text("Presenter", exact=True).click()
    assert page.evaluate(SMALL) == []


def test_on_a_phone_the_attempts_come_before_the_bodies(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window(PHONE)
    go(page, emulator, "/cases/sphinxhq/1")
    attempts, bodies = (page.locator(place).first.bounding_box() for place in (".attempts", ".panes"))
    assert attempts is not None
    assert bodies is not None
    assert attempts["y"] < min(bodies["y"], PHONE[1])


def test_a_large_screen_is_used_to_its_width_in_larger_letters(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window((1920, 1080))
    go(page, emulator, "/cases/sphinxhq/1")
    box = page.locator(".panes").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] > 1840
    line = page.locator(".json .line").first.evaluate("(one) => one.getBoundingClientRect().height")
    assert line > 22  # 20 pixels on a smaller screen
    assert overflow(page) == 0
