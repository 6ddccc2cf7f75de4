"""A truthful stage: whatever time passes and whatever address is loaded, what is told is what is stored."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from emulator.core.clock import WallClock
from tests.emulators import Emulator, served
from tests.ui.reading import read

STEPS = {"approve": 3, "deny": 3, "recover": 4}
PROVIDERS = {"approve": "aplyid", "deny": "aplyid", "recover": "sphinxhq"}
LIVE = re.compile(r'<div class="telling.*</main>', re.DOTALL)


class MovedClock(WallClock):
    """Wall time that the tests of this module move on; like every wall time it never goes back."""

    passed = timedelta()

    def _machine(self) -> datetime:
        return super()._machine() + self.passed


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("emulator.wiring.WallClock", MovedClock)
        with served(demo=True, delay=2) as emulator:
            yield emulator


def pass_by(emulator: Emulator, seconds: float) -> None:
    """Let so many seconds of wall time pass, and everything happen in the sandbox that is due then."""
    MovedClock.passed += timedelta(seconds=seconds)
    assert emulator.control("POST", "clock/settle", {}).status_code == 200


def open_story(emulator: Emulator, story: str, **query: Any) -> str:
    """The page of a story, from its steps on."""
    path = f"{emulator.url}/s/{emulator.sandbox}/demo/{story}"
    answer = emulator.http.get(path, params=query, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    [live] = LIVE.findall(answer.text)
    return str(live)


def take_step(emulator: Emulator, story: str, number: int, case: int | None) -> int:
    """Take a step as its button does, and return the id of the story's case."""
    form = {"step": number} | ({"case": case} if case else {})
    path = f"{emulator.url}/s/{emulator.sandbox}/demo/{story}"
    answer = emulator.http.post(path, data=form, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("case=")[2])


def leave(emulator: Emulator, story: str) -> None:
    path = f"{emulator.url}/s/{emulator.sandbox}/demo/{story}/leave"
    assert emulator.http.post(path, allow_redirects=False).status_code == 303


def check_story(emulator: Emulator, story: str, case: int, page: str) -> None:
    """What the steps tell and what is shown beside them are both what the control API has."""
    found = emulator.control("GET", f"cases/{PROVIDERS[story]}/{case}").json()
    query = f"deliveries?provider={PROVIDERS[story]}&case_id={case}"
    attempts = [attempt for one in emulator.control("GET", query).json()["deliveries"] for attempt in one["attempts"]]
    in_vain = [attempt for attempt in attempts if attempt["status"] != 200]
    told, _, shown = page.partition('<div class="evidence">')
    single = len(attempts) == 1 and not in_vain  # which is told in one line
    assert shown.count("<time") == (0 if single else len(attempts))
    assert not single or "webhook delivered 200" in shown
    told = " ".join(told.split())
    for many in re.findall(r"(\d+) attempts?, all in vain", told):
        assert (int(many), attempts) == (len(in_vain), in_vain)
    for many in re.findall(r"(\d+) attempts? in vain before", told):
        assert (int(many), len(in_vain) < len(attempts)) == (len(in_vain), True)
    for many in re.findall(r"Sent (\d+) times", told):
        assert int(many) == len(attempts)
    for word in re.findall(r"The case has ended: ([a-z ]+)\.", told):
        assert (word, f">{word}<" in shown or f"</svg>{word}" in shown) == (found["outcome_word"].lower(), True)
    for number in re.findall(r"Delivered at attempt (\d+)", told):
        assert attempts[int(number) - 1]["status"] == 200
    assert ("Its webhook told" not in told and "Delivered" not in told) or len(in_vain) < len(attempts)


def past_steps(page: str) -> int:
    return page.count('<li class="past"')


def addresses(story: str, case: int) -> list[dict[str, Any]]:
    """Addresses at which the story's case may be looked at, those of earlier and later steps too."""
    steps = [{"step": number, "case": case} for number in (0, 1, STEPS[story])]
    return [{"case": case}, *steps, {"case": case, "view": "full-screen"}]


@pytest.mark.parametrize("story", STEPS)
def test_time_between_two_steps_changes_nothing_that_is_told(demo: Emulator, story: str) -> None:
    own, case = demo.of(f"time-{story}"), None
    for number in range(STEPS[story]):
        case = take_step(own, story, number, case)
        before = open_story(own, story, case=case)
        assert past_steps(before) == number + 1
        for seconds in (7, 60, 3600):
            pass_by(own, seconds)
            order = addresses(story, case)
            random.Random(seconds + number).shuffle(order)
            pages = [open_story(own, story, **query) for query in order]
            assert {page for page, query in zip(pages, order, strict=True) if "view" not in query} == {before}
        for page in pages:
            check_story(own, story, case, page)
    assert "That was the story." in page


def test_every_step_s_address_shows_the_same_truth_after_the_clock_was_let_run(demo: Emulator) -> None:
    own = demo.of("let-run")
    case = take_step(own, "recover", 0, None)
    own.control("PATCH", "clock", {"mode": "scaled", "factor": 1})
    for seconds, past in ((6, 1), (60, 2), (8000, 2)):
        pass_by(own, seconds)
        pages = [open_story(own, "recover", **query) for query in addresses("recover", case)]
        assert {past_steps(page) for page in pages} == {past}
        for page in pages:
            check_story(own, "recover", case, page)
    take_step(own, "recover", 2, case)
    take_step(own, "recover", 3, case)  # no attempt was planned any more, so it is sent again
    page = open_story(own, "recover", case=case)
    assert past_steps(page) == 4
    check_story(own, "recover", case, page)


def test_a_case_that_its_applicant_ends_otherwise_is_told_as_it_ended(demo: Emulator) -> None:
    own = demo.of("otherwise")
    case = take_step(own, "approve", 0, None)
    own.control("POST", f"cases/aplyid/{case}/complete", {"outcome": "denied"})
    own.wait(f"deliveries/wait?state=delivered&provider=aplyid&case_id={case}")
    page = open_story(own, "approve", case=case)
    assert (past_steps(page), "The case has ended: denied." in page) == (2, True)
    check_story(own, "approve", case, page)


def test_a_button_of_an_old_page_does_nothing_twice(demo: Emulator) -> None:
    own = demo.of("old-page")
    case = take_step(own, "approve", 0, None)
    for _ in range(2):
        assert take_step(own, "approve", 1, case) == case
    page = open_story(own, "approve", case=case)
    assert past_steps(page) == 2
    take_step(own, "approve", 0, case)
    assert own.control("GET", "cases").json()["count"] == 1


def test_a_story_whose_case_was_reset_away_says_so_and_begins_anew(demo: Emulator) -> None:
    own = demo.of("reset-away")
    case = take_step(own, "approve", 0, None)
    own.control("POST", "reset", {})
    page = open_story(own, "approve", case=case)
    assert (past_steps(page), "The case of this story is gone" in page) == (0, True)
    assert "is gone" not in open_story(own, "approve")
    path = f"{own.url}/s/{own.sandbox}/demo/approve"
    assert own.http.post(path, data={"step": 1, "case": case}, allow_redirects=False).status_code == 303
    assert own.control("GET", "cases").json()["count"] == 0  # the button of the old page did nothing
    take_step(own, "approve", 0, None)
    assert own.control("GET", "cases").json()["count"] == 1


CLOCKS: list[dict[str, Any]] = [
    {"mode": "real"},
    {"mode": "scaled", "factor": 60},
    {"mode": "scaled", "factor": 1, "at": "2040-01-01T00:00:00Z"},
    {"mode": "frozen"},
]


@pytest.mark.parametrize("clock", CLOCKS, ids=["real", "scaled", "ahead", "frozen"])
def test_who_leaves_a_story_has_the_clock_and_the_settings_of_before(demo: Emulator, clock: dict[str, Any]) -> None:
    own = demo.of(f"leave-{CLOCKS.index(clock)}")
    own.control("PATCH", "", {"retry": "once"})
    own.control("PATCH", "clock", clock)
    before = [own.control("GET", path).json() for path in ("", "clock")]
    case = take_step(own, "recover", 0, None)
    take_step(own, "recover", 1, case)
    take_step(own, "approve", 0, None)  # the second story begins on a clock that stands still already
    assert own.control("GET", "story").json()["clock"]["mode"] == before[1]["mode"]
    assert own.control("GET", "clock").json()["mode"] == "frozen"
    leave(own, "approve")
    after = [own.control("GET", path).json() for path in ("", "clock")]
    assert after[0]["settings"] == before[0]["settings"]
    assert [after[1].get(name) for name in ("mode", "factor")] == [before[1].get(name) for name in ("mode", "factor")]
    assert after[1]["now"] >= before[1]["now"]
    assert own.control("GET", "story").json() == {"story": None, "case_id": None, "clock": None}


def test_a_clock_that_showed_wall_time_shows_it_again(demo: Emulator) -> None:
    own = demo.of("wall-time")
    take_step(own, "approve", 0, None)
    pass_by(own, 3600)
    stopped = own.control("GET", "clock").json()["now"]
    leave(own, "approve")
    now = datetime.fromisoformat(own.control("GET", "clock").json()["now"])
    assert now - datetime.fromisoformat(stopped) >= timedelta(hours=1)


def test_a_reset_ends_the_story(demo: Emulator) -> None:
    own = demo.of("reset")
    case = take_step(own, "deny", 0, None)
    own.control("POST", "reset", {})
    assert own.control("GET", "story").json()["story"] is None
    assert past_steps(open_story(own, "deny", case=case)) == 0
    leave(own, "deny")
    assert own.control("GET", "clock").json()["mode"] == "real"


def test_the_list_of_stories_leads_back_to_the_one_that_is_told(demo: Emulator) -> None:
    own = demo.of("going-on")
    case = take_step(own, "deny", 0, None)
    page = read(own.http.get(f"{own.url}/s/{own.sandbox}/demo", headers={"Accept": "text/html"}))
    assert "“A client is denied” is being told" in page.text
    assert ("a", f"/s/{own.sandbox}/demo/deny?case={case}") in [(tag, told.get("href")) for tag, told in page.elements]
    leave(own, "deny")


def test_without_a_demo_there_is_no_story(emulator: Emulator) -> None:
    for method, body in (("GET", None), ("PUT", {"story": "approve"}), ("DELETE", None)):
        assert emulator.control(method, "story", body).status_code == 404


def test_nothing_of_the_demo_dials_anything_but_its_own_receiver() -> None:
    with served(demo=True, delay=2) as demo:
        receiver = demo.http.get(f"{demo.url}/_emulator/receiver").json()["url"]
        demo.control("PATCH", "clock", {"mode": "frozen"})
        for story, steps in STEPS.items():
            case = None
            for number in range(steps):
                case = take_step(demo, story, number, case)
        for seconds in (240, 3600, 7200):
            demo.control("POST", "clock/advance", {"seconds": seconds})
        for delivery in demo.control("GET", "deliveries").json()["deliveries"]:
            demo.control("POST", f"deliveries/{delivery['id']}/redeliver", {})
        demo.control("POST", "clock/settle", {})
        out = demo.control("GET", "requests?direction=out&limit=1000").json()["requests"]
        blocked = {one["id"] for one in demo.control("GET", "deliveries?state=blocked").json()["deliveries"]}
        assert {exchange["url"] for exchange in out if exchange["delivery_id"] not in blocked} == {receiver}
        assert len(blocked) == 1  # its host is not on this machine, so that nobody is dialled for it
