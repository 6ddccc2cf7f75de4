"""The guided flow from the first screen to the received webhook, as its applicant goes through it."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from emulator.ui.flow.card_text import card_name
from tests.emulators import CREATE_CASE, Emulator
from tests.ui.reading import STRIP, read
from tests.ui.windows import DESK, NARROW, PHONE, Opener, Stage, serious, too_wide

STEPS = ["Hello John", "Is this your name", "Where do you live", "Which document", "Now a photo", "Is everything right"]
WORDS = {"approved": "approved", "denied": "denied", "undecided": "no_decision_yet"}
TITLES = {"approved": "Approved", "denied": "Denied", "undecided": "No decision yet"}


def open_case(stage: Stage, **changes: str) -> str:
    """The link of a case with everything in it."""
    body = {part: dict(told) for part, told in CREATE_CASE["request"]["body"].items()}
    body["client"] |= {"external_id": None} | changes
    answer = stage.emulator.aplyid.post(body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case_url"])


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def go(page: Page) -> None:
    page.locator("button.go").click()


def choose(page: Page, ending: str) -> None:
    page.get_by_text("Presenter", exact=True).click()
    page.get_by_role("radio", name=TITLES[ending]).check()
    page.get_by_text("Presenter", exact=True).click()


@pytest.mark.parametrize("ending", WORDS)
def test_an_applicant_goes_from_the_link_to_the_received_webhook(stage: Stage, ending: str, window: Opener) -> None:
    page = window(PHONE)
    page.goto(open_case(stage))
    choose(page, ending)
    for step in STEPS:
        heading(page, step)
        go(page)
    heading(page, "Thank you, John")
    told = stage.receiver.next().json
    assert told["client"]["approval_status"] == WORDS[ending]
    assert told["status"] == "completed"
    page.get_by_text("Presenter", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Webhook delivered")
    expect(page.get_by_role("status")).to_contain_text(TITLES[ending])
    page.goto(told["case_url"])
    heading(page, "Result")
    expect(page.locator(".verdict")).to_contain_text(TITLES[ending])
    page.goto(page.url.replace("/overview", "?position=3"))
    heading(page, "This check is finished")


def test_a_case_that_waits_ends_approved_unless_the_presenter_chooses(stage: Stage) -> None:
    link = open_case(stage)
    assert 'value="approved" form="step" checked' in stage.emulator.http.get(link).text
    stage.emulator.http.post(link.replace("position=1", "position=7"), {"from": "6"})
    assert stage.receiver.next().json["client"]["approval_status"] == "approved"


def test_it_needs_no_script(stage: Stage, window: Opener) -> None:
    page = window(PHONE, java_script_enabled=False)
    page.goto(open_case(stage))
    choose(page, "denied")
    for _ in STEPS:
        go(page)
    heading(page, "Thank you, John")
    assert stage.receiver.next().json["client"]["approval_status"] == "denied"


def test_what_was_typed_is_kept_on_the_way_back_and_when_a_page_is_loaded_again(stage: Stage, window: Opener) -> None:
    page = window(PHONE)
    page.goto(open_case(stage))
    go(page)
    page.get_by_label("First name").fill("Joanna")
    go(page)
    page.get_by_label("Address").fill("1 Other Street\nElsewhere")
    go(page)
    page.get_by_role("radio", name="Driver licence").check()
    go(page)
    for step, position in zip(reversed(STEPS), range(6, 0, -1), strict=True):
        if position == 6:
            go(page)
        heading(page, step)
        page.reload()
        heading(page, step)
        assert f"position={position}" in page.url
        if position > 1:
            page.get_by_role("button", name="Back").click()
    page.goto(page.url.replace("position=1", "position=6"))
    for told in ("Joanna Doe", "1 Other Street", "Elsewhere"):
        expect(page.get_by_text(told).first).to_be_visible()
    expect(page.get_by_role("img", name="Driver licence of Joanna Doe")).to_be_visible()
    page.go_back()
    heading(page, STEPS[0])


def test_what_is_missing_is_said_where_it_is_missing(stage: Stage, window: Opener) -> None:
    page = window(PHONE)
    page.goto(open_case(stage))
    go(page)
    page.get_by_label("Last name").fill("  ")
    page.on("response", lambda answer: None)
    with page.expect_response(lambda answer: answer.status == 303 or answer.request.method == "POST") as told:
        page.get_by_role("button", name="Back").click()
    assert told.value.status == 303  # nobody is held back on the way back
    heading(page, STEPS[0])
    go(page)
    expect(page.get_by_label("Last name")).to_have_value("  ")


def test_an_empty_name_goes_no_further(stage: Stage) -> None:
    link = open_case(stage)
    post = stage.emulator.http.post
    refused = post(link.replace("position=1", "position=3"), {"from": "2", "first_name": "", "last_name": "Doe"})
    assert (refused.status_code, "please fill this in" in refused.text) == (422, True)
    refused = post(link.replace("position=1", "position=7"), {"from": "6", "document": "library-card"})
    assert (refused.status_code, "Choose one of these" in refused.text) == (422, True)
    assert stage.receiver.nothing_came()


def test_the_keyboard_is_enough(stage: Stage, window: Opener) -> None:
    page = window(PHONE)
    page.goto(open_case(stage))
    for step in STEPS:
        heading(page, step)
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.className") == "go":
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        page.keyboard.press("Enter")
    heading(page, "Thank you, John")
    stage.receiver.next()


def test_enter_in_a_field_goes_on_and_not_back(stage: Stage, window: Opener) -> None:
    page = window(PHONE)
    page.goto(open_case(stage))
    go(page)
    page.get_by_label("First name").press("Enter")
    heading(page, STEPS[2])


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["320", "desk"])
def test_every_screen_fits_and_can_be_used_by_all(stage: Stage, size: tuple[int, int], window: Opener) -> None:
    page = window(size)
    link = open_case(stage, name="Bartholomew-Maximilian Featherstonehaugh-Cholmond")
    page.goto(link)
    choose(page, "approved")
    page.get_by_text("Presenter", exact=True).click()  # it stays open from here on
    for _ in range(len(STEPS) + 1):
        assert too_wide(page, NARROW, PHONE, DESK, size) == []
        assert serious(page) == []
        expect(page.get_by_text(STRIP)).to_be_visible()
        if page.locator("button.go").count():
            with page.expect_navigation():
                page.locator("button.go").dispatch_event("click")
    stage.receiver.next()
    for place in (link, link.replace("?position=1", "/overview"), re.sub(r"\d+\?", "99?", link)):
        page.goto(place)
        assert too_wide(page, NARROW, PHONE, DESK, size) == []
        assert serious(page) == []


NAMES = {
    "person": {"name": "John Doe"},
    "long-name": {"name": "Bartholomew-Maximilian Featherstonehaugh-Cholmond"},
    "company": {"name": "Rimu Orchards and Vineyards Holdings Pty Limited W", "client_type": "company"},
}
# Buttons and links of the applicant that are covered where they are pressed, once they are scrolled into view.
COVERED = """() => [...document.querySelectorAll('main button, main a, main label')].filter((one) => {
    if (getComputedStyle(one).visibility === 'hidden') return false;
    one.scrollIntoView({block: 'nearest'});
    const box = one.getBoundingClientRect();
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    const points = [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3], middle];
    const isHit = (hit) => hit && (hit === one || one.contains(hit) || hit.contains(one)) && !hit.closest('.drawer');
    return !points.every(([x, y]) => isHit(document.elementFromPoint(x, y)));
}).map((one) => one.textContent.trim())"""
# Texts on the drawn document that overlap others or leave the paper; the word across it is meant to.
OVERPRINTED = """() => [...document.querySelectorAll('svg.card')].flatMap((card) => {
    if (getComputedStyle(card).visibility === 'hidden') return [];
    const paper = card.getBoundingClientRect();
    const texts = [...card.querySelectorAll('text:not(.specimen):not(.name), tspan')];
    const boxes = texts.map((one) => [one.textContent, one.getBoundingClientRect()]);
    const isOut = (box) => box.left < paper.left || box.right > paper.right + 1 || box.bottom > paper.bottom;
    const isBeside = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1;
    const meets = (a, b) => !isBeside(a, b) && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
    const isOver = (box, place) => boxes.some(([, other], number) => place < number && meets(box, other));
    return boxes.filter(([, box], place) => isOut(box) || isOver(box, place)).map(([text]) => text);
})"""


@pytest.mark.parametrize("who", NAMES)
def test_nothing_covers_a_button_and_no_text_another_on_any_phone(stage: Stage, who: str, window: Opener) -> None:
    link = open_case(stage, **NAMES[who])
    page = window(NARROW)
    for position in range(1, len(STEPS) + 1):
        page.goto(link.replace("position=1", f"position={position}"))
        for _ in ("closed", "open"):
            for width in (320, 360, 390, 430):
                page.set_viewport_size({"width": width, "height": 844 if width > 360 else 640})
                assert page.evaluate(COVERED) == []
                assert page.evaluate(OVERPRINTED) == []
            page.get_by_text("Presenter", exact=True).click()


@pytest.mark.parametrize("name", ["Jo", "W" * 50, "王" * 50, "a" * 200, "Ann-" * 30, "  ", "é̂ " * 20])
def test_a_name_of_any_kind_has_its_place_on_the_document(name: str) -> None:
    shown = card_name(name)
    assert len(shown.lines) <= 3
    assert "".join(shown.lines).replace(" ", "").rstrip("…") in name.replace(" ", "")
    assert all(max(number for number, _ in shown.placed()) <= 120 for _ in shown.lines)


def test_a_business_is_no_name_to_greet(stage: Stage) -> None:
    link = open_case(stage, client_type="company", name="Rimu Orchards Limited Stuck")
    page = read(stage.emulator.http.get(link)).text
    assert "Hello, let’s confirm who you act for" in page
    assert "prove who Rimu Orchards Limited Stuck is" in page


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "{{ 7 * 7 }}${7*7}",
    "javascript:alert(1)",
    "</svg></text><iframe srcdoc='<script>alert(1)</script>'>",
]


UNWANTED = "iframe, img, script:not([src])"


def test_what_a_request_brings_along_is_only_text(stage: Stage, window: Opener) -> None:
    script, image, drawing, area, template, scheme, frame = PAYLOADS
    case = stage.emulator.aplyid.open_case(
        activity__nature=script,
        activity__external_id=image,
        activity__address_attributes={
            "country_code": "NZL",
            "address_line_1": drawing,
            "state": area,
            "postcode": "1021",
        },
        client__name=template,
        client__external_id=scheme,
        client__clientable_attributes={"firstname": frame, "lastname": image},
    )
    page = window(PHONE)
    for payload in PAYLOADS:
        page.goto(case["case_url"].replace("position=1", "position=2") + "&first_name=" + quote(payload))
        expect(page.get_by_label("First name")).to_have_value(payload)
        assert page.locator(UNWANTED).count() == 0
    page.goto(case["case_url"])
    for _ in STEPS:
        assert page.locator(UNWANTED).count() == 0
        go(page)
    heading(page, "Thank you")
    page.get_by_text("See the result").click()
    for payload in (script, image, template):
        expect(page.get_by_text(payload).first).to_be_visible()
    assert page.locator(UNWANTED).count() == 0
    stage.receiver.next()


def test_a_case_that_is_over_unknown_or_of_another_sandbox_says_so_kindly(stage: Stage, window: Opener) -> None:
    cancelled = stage.emulator.aplyid.open_case(activity__status="cancelled")["case_url"]
    link = open_case(stage)
    page = window(PHONE)
    page.goto(cancelled)
    heading(page, "This check was cancelled")
    page.goto(cancelled.replace("position=1", "position=7"))
    heading(page, "This check was cancelled")
    page.goto(link.replace("?position=1", "/overview"))
    expect(page.locator(".verdict")).to_contain_text("Waiting for the applicant")
    for nowhere in (
        re.sub("/s/[^/]+", "/s/another", link),
        re.sub(r"\d+\?", "99?", link),
        f"{link}".replace("/55", "/x"),
    ):
        answer = page.goto(nowhere)
        assert answer is not None
        assert answer.status == 404
        heading(page, "We cannot find this check")


@pytest.mark.parametrize("position", ["", "0", "-1", "99999", "١", "x", "7"])
def test_a_position_that_makes_no_sense_leads_somewhere(stage: Stage, position: str) -> None:
    answer = stage.emulator.http.get(open_case(stage).replace("position=1", f"position={position}"))
    assert answer.status_code == 200
    assert "position=7" not in answer.url


def test_a_page_of_the_flow_keeps_to_itself(stage: Stage) -> None:
    answer = stage.emulator.http.get(open_case(stage))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    foreign = {"Origin": "https://evil.example"}
    told = stage.emulator.http.post(answer.url.replace("position=1", "position=7"), {"from": "6"}, headers=foreign)
    assert told.status_code == 403


def test_finishing_a_case_that_ended_meanwhile_is_no_error(stage: Stage) -> None:
    link = open_case(stage)
    stage.emulator.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"})
    told = stage.emulator.http.post(link.replace("position=1", "position=7"), {"from": "6"})
    assert (told.status_code, "This check is finished" in told.text or "Thank you" in told.text) == (200, True)
    assert stage.receiver.next().json["client"]["approval_status"] == "denied"


def test_with_a_control_token_an_applicant_needs_none_and_chooses_no_ending() -> None:
    from tests.emulators import served

    with served(control_token="secret", delay=3600) as closed:
        link = closed.aplyid.open_case(client__name="John Denied")["case_url"]
        assert "Presenter" not in closed.http.get(link).text
        told = closed.http.post(link.replace("position=1", "position=7"), {"from": "6", "ending": "approved"})
        assert told.status_code == 200
        closed.http.post(f"{closed.url}/login", data={"token": "secret"})
        assert "Presenter" in closed.http.get(link).text
        assert ending_of(closed, "secret") == "denied"


def ending_of(emulator: Emulator, token: str) -> str:
    asked = f"{emulator.url}/_emulator/sandboxes/default/cases/aplyid/1024"
    return str(emulator.http.get(asked, headers={"Authorization": f"Bearer {token}"}).json()["outcome"])


def owners_on(page: str) -> list[str]:
    """The owners that a page of the flow lists, as `name, share`."""
    found: list[tuple[str, str]] = re.findall(r"<li><bdi>([^<]+)</bdi>, (\d+ %)</li>", page)
    return [f"{name}, {share}" for name, share in found]


def test_a_company_sees_the_owners_above_a_quarter_on_the_way_and_in_the_result(stage: Stage) -> None:
    link = open_case(stage, client_type="company", name="Wattle Orchards Pty Ltd")
    pages = [link.replace("position=1", f"position={n}") for n in (2, 6)] + [link.replace("?position=1", "/overview")]
    listed = [owners_on(stage.emulator.http.get(page).text) for page in pages]
    assert listed[0]
    assert listed == [listed[0]] * 3
    shares = [int(owner.rpartition(", ")[2].removesuffix(" %")) for owner in listed[0]]
    assert all(share > 25 for share in shares)
    assert sum(shares) <= 100
    assert all(" " in owner.partition(", ")[0] for owner in listed[0])


def test_a_company_that_comes_back_has_the_same_owners_and_only_companies_have_any(stage: Stage) -> None:
    def owners_of(**client: str) -> list[str]:
        return owners_on(stage.emulator.http.get(open_case(stage, **client).replace("=1", "=2")).text)

    first = owners_of(client_type="company", name="Wattle Orchards Pty Ltd", external_id="cust-1")
    assert first == owners_of(client_type="company", external_id="cust-1") != []
    assert owners_of(client_type="individual") == owners_of(client_type="trust", name="Fern Trust") == []
