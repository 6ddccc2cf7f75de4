"""The pages in a real browser: live, and by each button."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.emulators import Emulator, served
from tests.receivers import receiving, status
from tests.ui.reading import fill
from tests.ui.windows import Opener, go, press, serious

TOP = "(row) => row.getBoundingClientRect().top"


def test_what_happens_is_seen_in_another_window(emulator: Emulator, window: Opener) -> None:
    here, there = window(), window()
    go(here, emulator, "/")
    go(there, emulator, "/")
    expect(there.get_by_text("Three steps to the first webhook")).to_be_visible()
    here.get_by_text("New sample case").first.click()
    press(here, "APLYiD Workflow")
    for page in (here, there):
        expect(page.locator(".row")).to_have_count(1)
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    expect(there.locator("#clock")).to_contain_text("2040-01-01 00:00:00 frozen")


def test_a_row_opens_its_case_and_every_action_is_a_button(emulator: Emulator, window: Opener) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"delay": 60, "webhook_url": receiver.url})
        emulator.control("PATCH", "clock", {"mode": "frozen"})
        emulator.aplyid.open_case(client__name="Ann Open")
        page = window()
        go(page, emulator, "/")
        page.get_by_role("link", name="Ann Open").click()
        expect(page).to_have_url(re.compile("/cases/aplyid/1024$"))
        expect(page.locator("svg.timeline .hollow")).to_have_count(2)
        press(page, "Complete as denied")
        expect(page.locator("#told")).to_contain_text("Completed as denied.")
        expect(page.locator(".facts")).to_contain_text("because somebody completed it by hand")
        receiver.next()
        press(page, "Send a duplicate")
        assert receiver.next().json["case_id"] == 1024
        expect(page.locator("svg.timeline")).to_contain_text("attempt 2: 200")
        expect(page.locator("svg.timeline")).to_have_attribute("aria-label", re.compile("created at .*, denied at "))
        expect(page.locator(".chart")).to_contain_text("2 attempts")


def test_a_sample_waits_for_its_applicant_who_is_one_button_away(emulator: Emulator, window: Opener) -> None:
    page = window()
    go(page, emulator, "/")
    page.get_by_text("New sample case").first.click()
    press(page, "APLYiD Workflow, waits for its applicant")
    page.locator(".row a").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Go through it as the applicant").click()
    applicant = opened.value
    applicant.get_by_text("Presenter", exact=True).click()
    applicant.get_by_role("button", name="Finish now").click()
    expect(page.locator(".facts .state")).to_have_text("approved")
    expect(page.get_by_role("link", name="What the applicant sees")).to_be_visible()


def test_what_is_read_stays_where_it_is_while_rows_arrive(emulator: Emulator, window: Opener) -> None:
    for _ in range(30):
        emulator.sphinxhq.open_case()
    page = window()
    go(page, emulator, "/")
    row = page.locator("#case-sphinxhq-10")
    row.scroll_into_view_if_needed()
    before = row.evaluate(TOP)
    emulator.sphinxhq.open_case()
    expect(page.locator(".row")).to_have_count(31)
    assert row.evaluate(TOP) == pytest.approx(before, abs=1)  # a page scrolls by whole pixels


def test_the_clock_s_buttons_move_it(emulator: Emulator, window: Opener) -> None:
    emulator.control("PATCH", "", {"delay": 7200})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    emulator.aplyid.open_case()
    page = window()
    go(page, emulator, "/")
    for name, shown in (
        ("+10 s", "00:00:10"),
        ("+1 min", "00:01:10"),
        ("+1 h", "01:01:10"),
        ("Next event", "02:00:00"),
    ):
        press(page, name)
        expect(page.locator("#clock")).to_contain_text(f"2030-01-01 {shown} frozen, demo clock")
    expect(page.locator("#told")).to_contain_text("ended: approved")
    to_now = page.get_by_role("button", name="To now")
    expect(to_now).to_be_disabled()
    expect(to_now).to_have_attribute("title", re.compile("ahead of wall time"))
    press(page, "Run")
    expect(page.locator("#told")).to_contain_text("runs on from where it stood")
    expect(page.locator("#clock")).to_contain_text(re.compile(r"2030-01-01 02:00:\d\d runs, demo clock"))
    emulator.control("POST", "reset", {})
    press(page, "Freeze")
    expect(page.locator("#clock")).to_contain_text("frozen")
    press(page, "To now")
    expect(page.locator("#told")).to_contain_text("shows wall time")


def test_what_is_copied_is_exact(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window(permissions=["clipboard-read", "clipboard-write"])
    go(page, emulator, "/cases/aplyid/1024")
    page.get_by_role("button", name="Copy the exact body of the webhook").click()
    [kept] = [one for one in emulator.inbox() if one["provider"] == "aplyid"]
    assert page.evaluate("navigator.clipboard.readText()") == kept["body"]
    press(page, "Copy as curl")
    assert "/integrations/core/cases" in page.evaluate("navigator.clipboard.readText()")
    go(page, emulator, "/")
    page.get_by_text("Send requests to").click()
    page.get_by_role("button", name="Copy curl for Sphinx").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -sS -X POST")
    page.get_by_text("New sample case").first.click()
    press(page, "Sphinx")
    page.locator("#told").get_by_role("button", name="Copy as curl").click()
    [sent] = emulator.control("GET", "requests?provider=sphinxhq").json()["requests"][-1:]
    assert json.loads(sent["body"])["customer"]["full_name"] in page.evaluate("navigator.clipboard.readText()")


def test_a_webhook_that_was_not_taken_is_sent_again(emulator: Emulator, window: Opener) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    with receiving(status(500), status(200)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "retry": "once"})
        emulator.aplyid.open_case()
        page = window()
        go(page, emulator, "/cases/aplyid/1024")
        expect(page.get_by_text("given up", exact=True)).to_be_visible()
        press(page, "Send again")
        expect(page.get_by_role("button", name="Send a duplicate")).to_be_visible()


def test_beside_a_field_stands_what_it_means(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window()
    go(page, emulator, "/cases/aplyid/1024")
    pane = page.locator("#pane-request")
    pane.locator("[data-place='activity.external_id']").hover()
    expect(pane.locator(".note")).to_contain_text("without it no webhook is ever sent")
    pane.locator("[data-place='activity.name']").focus()
    expect(pane.locator(".note")).to_contain_text("at most 50 characters")
    expect(pane.locator(".note-mark")).to_have_text("documented")


def test_a_fault_is_planned_refused_and_taken_back(emulator: Emulator, window: Opener) -> None:
    page = window()
    go(page, emulator, "/planning")
    expect(page.get_by_text("No plan, no rule, no fault")).to_be_visible()
    page.locator("#kind-status > summary").click()
    form = page.locator("#fault-status")
    form.get_by_label("Status").fill("99")
    form.get_by_label("Times", exact=True).fill("3")
    press(page.locator("#kind-status"), "Plan this fault")
    expect(form.locator(".wrong").first).to_contain_text("Must be greater than or equal to 200")
    expect(form.get_by_label("Times", exact=True)).to_have_value("3")
    form.get_by_label("Status").fill("503")
    press(page.locator("#kind-status"), "Plan this fault")
    expect(page.locator("#told")).to_contain_text("The fault was planned.")
    expect(page.locator(".list")).to_contain_text("3 times more")
    press(page, "Take back")
    expect(page.get_by_text("No plan, no rule, no fault")).to_be_visible()


def test_a_rule_and_a_plan_are_made_and_taken_back(emulator: Emulator, window: Opener) -> None:
    page = window()
    go(page, emulator, "/planning")
    page.get_by_text("Add a rule").click()
    form = page.locator("#new-rule")
    form.get_by_label("when the field").fill("client.name")
    form.get_by_label("with", exact=True).fill("Jo")
    form.get_by_label("Outcome").select_option("denied")
    form.get_by_role("button", name="Add rule").click()
    expect(page.locator(".list")).to_contain_text('client.name equals "Jo"')
    page.get_by_text("Plan the next cases").click()
    page.locator("#next-outcome").get_by_role("button", name="Plan").click()
    expect(page.locator(".list")).to_contain_text("Next 1 case")
    press(page, "Forget all plans")
    expect(page.locator(".list")).not_to_contain_text("Next 1 case")
    press(page, "Take back")
    expect(page.get_by_text("No plan, no rule, no fault")).to_be_visible()


def test_requests_are_filtered_and_one_tells_why(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window()
    go(page, emulator, "/requests")
    page.get_by_label("Refused only").select_option("true")
    press(page, "Filter")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("link", name="/integrations/core/cases").click()
    expect(page.locator("#why")).to_contain_text("client.name: can't be blank")


def test_a_webhook_in_the_inbox_stays_open_while_others_come(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window()
    go(page, emulator, "/inbox")
    page.get_by_role("link", name="Mary Denied").click()
    page.get_by_role("link", name="Raw").click()
    emulator.control("POST", "cases/aplyid/1025/complete", {"outcome": "approved"})
    expect(page.locator(".left .row")).to_have_count(3)
    expect(page.locator(".exact")).to_contain_text('"case_id":1024')


def test_a_sandbox_is_set_made_and_reset(emulator: Emulator, window: Opener) -> None:
    fill(emulator)
    page = window()
    page.on("dialog", lambda dialog: dialog.accept())
    go(page, emulator, "/sandboxes")
    page.get_by_label("Delay").fill("soon")
    press(page, "Save")
    expect(page.locator("#settings .wrong").first).to_contain_text("Not a valid number.")
    page.get_by_label("Delay").fill("5")
    press(page, "Save")
    expect(page.locator("#told")).to_contain_text("The settings are saved")
    press(page, f"Reset {emulator.sandbox}")
    expect(page.locator("#told")).to_contain_text("is empty, as on its first use")
    expect(page.locator("tr", has=page.locator("[aria-current]")).locator(".number").first).to_have_text("0")
    made = f"{emulator.sandbox[:40]}-new"
    page.get_by_label("Name", exact=True).fill(made)
    press(page, "Make a sandbox")
    page.wait_for_url(f"**/s/{made}/")


def test_the_documents_are_drawn_without_another_host(emulator: Emulator, window: Opener) -> None:
    page = window()
    for name in ("aplyid", "sphinxhq", "control"):
        go(page, emulator, f"/documents/{name}")
        expect(page.locator(".opblock").first).to_be_visible()


def test_a_page_that_nobody_sees_asks_for_nothing(emulator: Emulator, window: Opener) -> None:
    page = window()
    go(page, emulator, "/")
    ask = """(hidden) => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
        let asked = 0;
        const count = (event) => { asked += event.defaultPrevented ? 0 : 1; };
        window.addEventListener('htmx:beforeRequest', count);
        htmx.trigger(document.body, 'refresh');
        window.removeEventListener('htmx:beforeRequest', count);
        return asked;
    }"""
    assert page.evaluate(ask, True) == 0
    assert page.evaluate(ask, False) >= 1


def test_an_emulator_that_is_gone_is_told(window: Opener) -> None:
    page = window(watched=False)
    with served() as emulator:
        page.goto(f"{emulator.url}/")
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_be_visible()


def test_with_a_token_the_pages_open_after_it_was_typed(window: Opener) -> None:
    with served(control_token="secret") as emulator:
        page = window()
        page.goto(f"{emulator.url}/planning")
        assert serious(page) == []
        page.get_by_label("Token").fill("wrong")
        press(page, "Open the pages")
        expect(page.get_by_text("This is not the token.")).to_be_visible()
        page.get_by_label("Token").fill("secret")
        press(page, "Open the pages")
        expect(page.get_by_role("heading", name="Rules and faults")).to_be_visible()
        press(page, "Freeze")
        expect(page.locator("#clock")).to_contain_text("frozen")
