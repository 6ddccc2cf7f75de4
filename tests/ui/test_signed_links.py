"""With `aplyid.case-url=signed`, whoever counts numbers sees nothing of a case."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators import Emulator, served
from tests.receivers import receiving

SIGNED = {"switch": ["aplyid.case-url=signed"], "delay": 3600}
LINK = re.compile(r"(.*/guided_flows/standard/\d+)(/overview)?\?(position=1&)?signature=([0-9a-f]{32})")
UNFOUND = "We cannot find this check"


@pytest.fixture(scope="module")
def signed() -> Iterator[Emulator]:
    with served(**SIGNED) as emulator:
        yield emulator


def parts(link: str) -> tuple[str, str]:
    """The link without its query, and its signature."""
    match = LINK.fullmatch(link)
    assert match, link
    return match[1], match[4]


def links_in(page: str) -> list[str]:
    """The addresses of the flow that a page leads to or asks."""
    return [link.replace("&amp;", "&") for link in re.findall(r'="([^"]*/guided_flows/[^"]*)"', page)]


def test_without_its_signature_no_screen_of_a_case_is_shown(signed: Emulator) -> None:
    mine = signed.of("unsigned")
    address, signature = parts(mine.aplyid.open_case(client__name="Wanda Secret")["case_url"])
    wrong = ("", "?position=1", "?position=2&signature=", f"?signature={'0' * 32}", f"?signature={signature[:-1]}")
    for path in ("", "/overview", "/presenter"):
        for query in (*wrong, "?signature=%ff%00", f"?signature={signature.upper()}x"):
            answer = mine.http.get(f"{address}{path}{query}")
            assert "Wanda" not in answer.text
            assert answer.status_code == (286 if path == "/presenter" else 404)
    missing = mine.http.get(address.replace("5567", "9999"))
    assert (missing.status_code, missing.text) == (404, mine.http.get(address).text)
    assert (UNFOUND in missing.text, "signature=" in missing.text) == (True, True)
    finished = mine.http.post(f"{address}?position=7", {"from": "6"})
    assert finished.status_code == 404
    assert mine.control("GET", "cases/aplyid/1024").json()["state"] == "open"


def test_a_signature_opens_its_own_case_alone(signed: Emulator) -> None:
    one, other = signed.of("one"), signed.of("other")
    first, second = (parts(one.aplyid.open_case()["case_url"]) for _ in range(2))
    elsewhere = parts(other.aplyid.open_case()["case_url"])
    assert len({first[1], second[1], elsewhere[1]}) == 3
    for address, signature in ((first[0], second[1]), (second[0], first[1]), (elsewhere[0], first[1])):
        assert signed.http.get(f"{address}?signature={signature}").status_code == 404


def test_after_a_reset_an_old_link_opens_no_new_case(signed: Emulator) -> None:
    mine = signed.of("again")
    old = mine.aplyid.open_case()["case_url"]
    assert mine.control("POST", "reset", {}).status_code == 200
    new = mine.aplyid.open_case()["case_url"]
    assert parts(old)[0] == parts(new)[0]
    assert [signed.http.get(link).status_code for link in (old, new)] == [404, 200]


def test_an_applicant_goes_from_the_link_to_the_result_of_the_webhook(signed: Emulator) -> None:
    mine = signed.of("walk")
    with receiving() as hook:
        mine.control("PATCH", "", {"webhook_url": hook.url})
        link = mine.aplyid.open_case()["case_url"]
        _, signature = parts(link)
        for position in range(1, 7):
            page = mine.http.get(link.replace("position=1", f"position={position}"))
            found = links_in(page.text)
            assert (page.status_code, bool(found)) == (200, True)
            assert all(f"signature={signature}" in each for each in found), found
        changed = mine.http.post(link.replace("position=1", "position=3"), {"from": "2", "first_name": "Joanna"})
        assert (changed.status_code, "first_name=Joanna" in changed.url) == (200, True)
        done = mine.http.post(link.replace("position=1", "position=7"), {"from": "6"})
        assert ("Thank you" in done.text, f"signature={signature}" in done.url) == (True, True)
        told = hook.next().json
    assert parts(told["case_url"])[1] == signature
    result = mine.http.get(told["case_url"])
    assert (result.status_code, "Result" in result.text) == (200, True)
    [shown] = mine.control("GET", "cases").json()["cases"]
    assert shown["link"] == link


def test_a_signature_follows_from_no_seed_and_lasts_as_long_as_the_database(tmp_path: Path) -> None:
    kept = {**SIGNED, "seed": 7, "database": f"sqlite:///{tmp_path}/kept.sqlite"}
    with served(**kept) as emulator:
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        link = emulator.aplyid.open_case()["case_url"]
    with served(**kept) as emulator:
        again = link.replace(link.partition("/guided")[0], emulator.url)
        assert emulator.http.get(again).status_code == 200
    with served(**SIGNED, seed=7) as emulator:
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        other = emulator.aplyid.open_case()["case_url"]
    assert parts(link)[1] != parts(other)[1]


def test_samples_and_pages_lead_to_signed_links(signed: Emulator) -> None:
    mine = signed.of("samples")
    sent = mine.control("POST", "samples/aplyid", {}).json()
    case = mine.control("GET", "cases").json()["cases"][0]
    assert sent
    assert mine.http.get(case["link"]).status_code == 200
    page = mine.http.get(f"{signed.url}/s/samples/cases/aplyid/{case['id']}").text
    assert any(parts(link)[1] in case["link"] for link in links_in(page) if "overview" not in link)


def test_unsigned_links_stay_as_they_are_and_mind_no_signature() -> None:
    with served(delay=3600) as emulator:
        link = emulator.aplyid.open_case()["case_url"]
        assert link.endswith("/guided_flows/standard/5567?position=1")
        page = emulator.http.get(f"{link}&signature=x")
        assert (page.status_code, "signature" in page.text) == (200, False)
