"""The demo: the same company at every start, and three stories that run to their end."""

import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from emulator.demo.receiver import Receiver
from tests.emulators import Emulator, served
from tests.receivers import receiving
from tests.ui.test_for_everybody import HEAVIEST
from tests.ui.windows import DESK, NARROW, PHONE, Opener, serious, too_wide

STORIES = {"approve": 3, "deny": 3, "recover": 4}
TABLET = (820, 1180)


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    with served(demo=True, delay=2) as emulator:
        yield emulator


def start(**given: Any) -> dict[str, Any]:
    """What a demo holds when it has started."""
    with served(demo=True, **given) as emulator:
        taken: dict[str, Any] = emulator.control("GET", "snapshot").json()
        taken["clock"].pop("at")
        taken.pop("taken_at")
        receiver = emulator.http.get(f"{emulator.url}/_emulator/receiver").json()["url"]
        text = json.dumps(taken).replace(emulator.url, "").replace(urlsplit(receiver).netloc, "receiver")
        return json.loads(text) | {"clock": taken["clock"]}


def test_it_starts_the_same_each_time_and_says_so_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert start() == start()
    ours = [record for record in caplog.records if record.name.startswith("emulator.")]
    told = [record.getMessage() for record in ours if record.name == "emulator.demo"]
    assert told == ["the sandbox has 20 cases of Finch & Harbour Real Estate, a company that does not exist"] * 2
    assert not [record for record in ours if record.name in ("emulator.cases", "emulator.webhooks")]


def test_who_comes_without_a_browser_is_told_what_to_open_in_one(demo: Emulator, emulator: Emulator) -> None:
    told = {one.url: requests.get(f"{one.url}/", timeout=10).text for one in (demo, emulator)}
    assert all(f"The same in a browser:\n  {url}/\n" in text for url, text in told.items())
    assert {url: f"  {url}/demo " in text for url, text in told.items()} == {demo.url: True, emulator.url: False}


def test_it_shows_every_state_of_three_days(demo: Emulator) -> None:
    cases = demo.control("GET", "cases").json()["cases"]
    born = [case for case in cases if case["created_at"] <= "2026-11-18T15:40"]
    assert len(born) == 20
    assert {case["created_at"][:10] for case in born} == {"2026-11-16", "2026-11-17", "2026-11-18"}
    assert {"open", "completed", "failed", "cancelled"} <= {case["state"] for case in born}
    assert {"approved", "denied", "undecided"} <= {case["outcome"] for case in born}
    webhooks = demo.control("GET", "deliveries").json()["deliveries"]
    assert {"delivered", "failed", "blocked", "scheduled"} <= {webhook["state"] for webhook in webhooks}
    assert all(case["client"]["name"] for case in born)


def test_its_webhooks_say_what_its_cases_say(demo: Emulator) -> None:
    for webhook in demo.control("GET", "deliveries").json()["deliveries"]:
        case = demo.control("GET", f"cases/{webhook['provider']}/{webhook['case_id']}").json()
        assert webhook["created_at"] == case["updated_at"]


def test_nobody_is_dialled_for_it() -> None:
    with receiving() as receiver:
        given = start(webhook_url=receiver.url)
        assert receiver.nothing_came()
    assert given == start()


def test_a_sandbox_that_was_used_stays_as_it_is(tmp_path: Path) -> None:
    kept = f"sqlite:///{tmp_path / 'cases.sqlite'}"
    with served(database=kept) as emulator:
        emulator.aplyid.open_case()
    with served(database=kept, demo=True) as emulator:
        assert emulator.control("GET", "cases").json()["count"] == 1


def test_a_control_token_keeps_nobody_from_starting_it() -> None:
    with served(demo=True, control_token="secret") as emulator:
        asked = f"{emulator.url}/_emulator/sandboxes/default/cases"
        told = requests.get(asked, headers={"Authorization": "Bearer secret"}, timeout=10).json()
        assert told["count"] == 20


def test_without_it_the_page_says_how_to_start_it(emulator: Emulator) -> None:
    told = emulator.http.get(f"{emulator.url}/demo")
    assert (told.status_code, "case-emulator serve --demo" in told.text) == (200, True)
    assert emulator.http.post(f"{emulator.url}/demo/approve").status_code == 404


def press(page: Page) -> None:
    """Take the next step, and wait until it is one of those that are done."""
    done = page.locator(".acts .past").count()
    page.locator("#next-step button").click()
    expect(page.locator(".acts .past")).to_have_count(done + 1)


FULL = "?view=full-screen"
# What is pressed in a story and is less than 44 pixels high; links within a text are not meant.
SMALL = """() => [...document.querySelectorAll('.telling button, .telling summary, .ways a, .title ~ a.button')]
    .filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.textContent.trim())"""


# Both widths and both views, with a story that begins at APLYiD and with one at Sphinx; each page in both themes.
@pytest.mark.parametrize(
    ("story", "size", "view"),
    [("approve", NARROW, ""), ("deny", DESK, FULL), ("recover", PHONE, FULL), ("recover", DESK, "")],
    ids=["approve-320", "deny-full-screen", "recover-phone-full-screen", "recover-desk"],
)
def test_a_story_runs_to_its_end(demo: Emulator, window: Opener, story: str, size: tuple[int, int], view: str) -> None:
    page = window(size)
    page.goto(f"{demo.url}/demo")
    assert serious(page) == []
    page.goto(f"{demo.url}/demo/{story}{view}")
    for _ in range(STORIES[story]):
        press(page)
        page.reload()
        assert too_wide(page, DESK, TABLET, NARROW, size) == []
        assert size == DESK or page.evaluate(SMALL) == []
        assert serious(page) == []
    expect(page.get_by_text("That was the story.")).to_be_visible()
    expect(page.get_by_label("Webhooks")).to_contain_text("webhook delivered 200")
    loaded = "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    assert sum(page.evaluate(f"{loaded}.map((entry) => entry.encodedBodySize)")) < HEAVIEST
    page.get_by_role("button", name="Next story").click()
    expect(page.locator(".acts .past")).to_have_count(0)


def test_the_receiver_that_is_down_is_tried_again_until_it_recovers(demo: Emulator, window: Opener) -> None:
    page = window(DESK)
    page.goto(f"{demo.url}/demo/recover")
    press(page)
    expect(page.get_by_label("Webhooks")).to_contain_text("nothing listens on")
    press(page)
    expect(page.locator(".tries li")).to_have_count(3)
    press(page)
    expect(page.get_by_label("The receiver", exact=True)).to_have_text(re.compile(r"\bon\b"))
    press(page)
    expect(page.get_by_label("Webhooks")).to_contain_text("webhook delivered 200")
    page.get_by_text("The analyst’s view").click()
    expect(page.locator(".checks > li").first).to_contain_text("Risk")
    assert serious(page) == []


def test_the_applicant_on_a_phone_is_seen_on_the_presenter_s_page(demo: Emulator, window: Opener) -> None:
    page = window(DESK)
    phone = window(PHONE)
    page.goto(f"{demo.url}/demo/deny")
    press(page)
    phone.goto(page.get_by_role("link", name="The applicant’s page").get_attribute("href") or "")
    phone.get_by_text("Presenter", exact=True).click()
    phone.get_by_role("radio", name="Denied").check()
    phone.get_by_role("button", name="Finish now").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Thank you")
    expect(page.get_by_label("The case")).to_contain_text("denied")
    expect(page.get_by_label("Webhooks")).to_contain_text("webhook delivered 200")
    expect(page.locator(".acts .past")).to_have_count(2)  # the phone has taken that step
    press(page)
    expect(page.get_by_text("That was the story.")).to_be_visible()


def test_an_analyst_sees_each_check_and_nothing_of_what_is_not_there(demo: Emulator, window: Opener) -> None:
    page = window(PHONE)
    page.goto(f"{demo.url}/analyst/sphinxhq/2")
    expect(page.locator(".checks > li")).to_have_count(5)
    for told in ("Risk", "high", "Reasoning", "Beneficial owners"):
        expect(page.locator("#live")).to_contain_text(told)
    assert serious(page) == []
    page.goto(f"{demo.url}/analyst/aplyid/1024")
    expect(page.locator("#live")).to_contain_text("has no checks")
    assert demo.http.get(f"{demo.url}/analyst/sphinxhq/999").status_code == 404


def test_what_a_client_is_called_is_only_text(demo: Emulator, window: Opener) -> None:
    payload = "</pre><script>alert(1)</script>"
    other = demo.of("payloads")
    case = other.sphinxhq.open_case(customer={"full_name": payload}, checks=[{"check_type": "PEP"}])
    page = window(DESK)
    page.goto(f"{demo.url}/s/payloads/analyst/sphinxhq/{case['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(payload)
    page.goto(f"{demo.url}/s/payloads/demo/recover?step=1&case={case['id']}")
    expect(page.get_by_label("The case")).to_contain_text(payload)


def test_the_stage_s_receiver_keeps_its_port_when_it_is_off() -> None:
    receiver = Receiver()
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            requests.post(receiver.url, data=b"{}", timeout=5)
        receiver.turn_on()
        receiver.turn_on()
        assert requests.post(receiver.url, data=b"{}", timeout=5).status_code == 200
        receiver.turn_off()
    assert not receiver.is_on
    receiver.close()
    receiver.turn_on()
    assert not receiver.is_on


def step(emulator: Emulator, story: str, number: int, case: int | None = None) -> int:
    """Take a step, as its button does; the id of the story's case."""
    said = {"step": number} | ({"case": case} if case else {})
    path = f"{emulator.url}/s/{emulator.sandbox}/demo/{story}"
    answer = emulator.http.post(path, data=said, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("case=")[2])


def test_two_who_begin_a_story_at_once_each_have_a_case_of_their_own(demo: Emulator) -> None:
    other = demo.of("two-at-once")
    with ThreadPoolExecutor(4) as pool:
        cases = list(pool.map(lambda _: step(demo.of("two-at-once"), "approve", 0), range(4)))
    assert sorted(cases) == sorted(case["id"] for case in other.control("GET", "cases").json()["cases"])


def test_a_story_takes_no_notice_of_plans_and_leaves_the_user_s_receiver_alone(demo: Emulator) -> None:
    own = demo.of("with-plans")
    own.control("PATCH", "", {"webhook_url": "http://localhost:3999/mine", "pace": "real", "retry": "once"})
    own.control("POST", "outcomes/next", {"outcome": "denied", "times": 3})
    case = step(own, "approve", 0)
    assert own.control("GET", f"cases/aplyid/{case}").json()["next_step_at"] is None
    assert own.control("GET", "").json()["settings"]["webhook_url"] == "http://localhost:3999/mine"
    case = step(own, "recover", 0)
    assert own.control("GET", f"cases/sphinxhq/{case}").json()["outcome"] == "approved"
    for number in (1, 2, 3):
        step(own, "recover", number, case)
    [webhook] = own.control("GET", "deliveries?provider=sphinxhq").json()["deliveries"]
    assert webhook["state"] == "delivered"


def test_stories_reach_their_receiver_where_others_reach_us() -> None:
    with served(demo=True, host="0.0.0.0", insecure_no_token=True) as served_to_all:
        emulator = Emulator(served_to_all.url.replace("0.0.0.0", "127.0.0.1"))
        case = step(emulator, "deny", 0)
        step(emulator, "deny", 1, case)
        [webhook] = emulator.wait(f"deliveries/wait?state=delivered&provider=aplyid&case_id={case}")["deliveries"]
        assert webhook["attempts"][-1]["status"] == 200


def test_its_requests_are_in_the_journal(demo: Emulator) -> None:
    asked = demo.control("GET", "requests?method=POST").json()["requests"]
    assert [exchange["status"] for exchange in asked[:22]].count(201) == 20
    assert [exchange["status"] for exchange in demo.control("GET", "requests?refused=true").json()["requests"]] == [
        400,
        422,
    ]


def letters(page: Page, selector: str) -> set[float]:
    """How large the letters are."""
    sizes = "(all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    return set(page.locator(selector).evaluate_all(sizes))


def test_a_presenter_tells_a_story_by_keys_alone_over_the_full_screen(demo: Emulator, window: Opener) -> None:
    page = window(DESK)
    page.goto(f"{demo.url}/s/keys/demo/approve")
    page.keyboard.press("ArrowRight")  # a key for the full screen alone: pages scroll by it otherwise
    page.get_by_role("link", name="Full screen").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.get_by_role("form", name="Clock of this sandbox")).to_be_hidden()
    for number, key in enumerate(("ArrowRight", " ", "ArrowRight"), 1):
        page.keyboard.press(key)
        expect(page.locator(".acts .past")).to_have_count(number)
    assert min(letters(page, ".telling p, .telling button, .telling li, .telling pre, .telling h2, .telling h3")) >= 20
    assert page.evaluate("document.querySelector('.telling').getBoundingClientRect().width > innerWidth * 0.9")
    expect(page.locator("#next-step button")).to_have_text("Next story")
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", level=1)).to_have_text("A client is denied")
    assert "view=full-screen" in page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_full_screen_needs_no_script(demo: Emulator, window: Opener) -> None:
    page = window(PHONE, java_script_enabled=False)
    page.goto(f"{demo.url}/s/no-script/demo/deny{FULL}")
    for number in range(STORIES["deny"]):
        expect(page.locator(".acts .past")).to_have_count(number)
        page.locator("#next-step button").click()
    expect(page.locator(".staged")).to_contain_text("That was the story.")


def test_a_webhook_opens_when_it_lands_with_what_changed_and_a_second_one_is_identical(
    demo: Emulator, window: Opener
) -> None:
    page = window(DESK)
    page.goto(f"{demo.url}/s/payoff/demo/approve")
    press(page)
    expect(page.get_by_role("img", name="QR code of the applicant’s link")).to_be_visible()
    expect(page.locator(".qr-card")).to_contain_text("--host 0.0.0.0 --public-url")
    press(page)
    body = page.get_by_label("Body of the webhook")
    expect(body).to_be_visible()
    expect(body.locator(".is-changed", has_text='"status"')).to_contain_text('"in_progress"')
    expect(body.locator(".is-changed", has_text='"approval_status"')).to_contain_text('"no_decision_yet"')
    expect(body.locator(".line", has_text='"external_id"').first).not_to_have_class(re.compile("is-changed"))
    expect(page.get_by_label("The first and the last time it was sent")).to_have_count(0)
    press(page)
    sends = page.get_by_label("The first and the last time it was sent").locator("li")
    expect(sends).to_have_count(2)
    assert len(set(sends.locator("code").all_text_contents())) == 1
    expect(sends.last).to_contain_text("identical")


def test_the_story_that_is_told_can_be_left_and_that_is_for_everybody(demo: Emulator, window: Opener) -> None:
    page = window(NARROW)
    page.goto(f"{demo.url}/s/leaving/demo/approve")
    press(page)
    page.goto(f"{demo.url}/s/leaving/demo")
    assert (serious(page), too_wide(page, DESK, PHONE, NARROW)) == ([], [])
    page.get_by_role("link", name="Go on with it").click()
    page.get_by_role("button", name="Leave the story").click()
    expect(page.locator(".under-way")).to_have_count(0)
