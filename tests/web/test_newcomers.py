"""What a newcomer tried, and what the emulator says to it."""

import json
from pathlib import Path
from threading import Thread

import pytest

from emulator import create_app
from emulator.app import PROVIDERS
from emulator.running import RunningEmulator
from emulator.setting_sources import read_settings
from emulator.settings import BadSetting
from emulator.start_values import read_startup_files
from tests.emulators import Emulator, settings
from tests.waiting import wait_until

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LOST = ("/nothing", "/inboxes/x", "/cases", "/cases/aplyid/x", "/requests/x", "/documents/x/y", "/guided_flows/x")


@pytest.mark.parametrize("number", ["9" * 19, "9" * 30, "9" * 5000, "-1", f"-{'9' * 30}", "0" * 40])
def test_a_number_that_no_case_has_is_said_to_be_none(emulator: Emulator, number: str) -> None:
    for path in ("cases/aplyid/{}", "cases/sphinxhq/{}/checks", "flows/aplyid/{}"):
        answer = emulator.control("GET", path.format(number))
        assert (answer.status_code, answer.json()["detail"].startswith("there is no case ")) == (404, True)
    answer = emulator.control("POST", f"cases/aplyid/{number}/complete", {"outcome": "denied"})
    assert (answer.status_code, answer.json()["detail"].startswith("there is no case ")) == (404, True)
    for path in (f"/cases/aplyid/{number}", f"/requests/{number}", f"/analyst/sphinxhq/{number}", "/inbox/x"):
        answer = emulator.http.get(emulator.url + path)
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")


@pytest.mark.parametrize("path", LOST)
def test_a_browser_that_is_lost_is_shown_a_page_and_anybody_else_a_problem(emulator: Emulator, path: str) -> None:
    shown = emulator.http.get(emulator.url + path, headers=BROWSER)
    assert (shown.status_code, shown.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "This does not exist" in shown.text
    assert "Content-Security-Policy" in shown.headers
    for accept in ("*/*", "application/json", ""):
        told = emulator.http.get(emulator.url + path, headers={"Accept": accept})
        assert (told.status_code, told.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_lost_browser_is_in_the_journal_like_anybody_else(emulator: Emulator) -> None:
    prefix = f"{emulator.url}/s/{emulator.sandbox}"
    emulator.http.get(f"{prefix}/integration/core/cases", headers=BROWSER)
    [found] = emulator.control("GET", "requests?path=/integration/").json()["requests"]
    assert found["status"] == 404


def test_the_control_api_and_the_apis_answer_a_browser_as_they_answer_anybody(emulator: Emulator) -> None:
    for path in (
        "/_emulator/nothing",
        "/_emulator/sandboxes/a/cases/aplyid/1",
        "/integrations/nothing",
        "/api/nothing/",
    ):
        shown, told = (emulator.http.get(emulator.url + path, headers=headers) for headers in (BROWSER, {}))
        assert (shown.status_code, shown.headers["Content-Type"]) == (told.status_code, told.headers["Content-Type"])
        assert "This does not exist" not in shown.text


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"contains": 28}, True),
        ({"contains": "28"}, True),
        ({"starts_with": "12"}, True),
        ({"starts_with": 12}, True),
        ({"contains": 29}, False),
        ({"starts_with": "28"}, False),
    ],
)
def test_digits_of_a_number_are_found_like_those_of_a_text(
    emulator: Emulator, condition: dict[str, object], fits: bool
) -> None:
    rule = {"when": {"activity.amount": condition}, "outcome": "denied"}
    assert emulator.control("POST", "outcomes/rules", rule).status_code == 201
    for amount in (1280, "1280"):
        case = emulator.aplyid.open_case(activity__amount=amount)
        found = emulator.control("GET", f"cases/aplyid/{case['case_id']}").json()["rule"]
        assert (found == "rule r1") is fits


def test_true_is_no_text_to_look_for(emulator: Emulator) -> None:
    rule = {"when": {"client.vip": {"contains": True}}, "outcome": "denied"}
    answer = emulator.control("POST", "outcomes/rules", rule)
    assert (answer.status_code, "contains needs a text or a number" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"database": "x"}, "write sqlite:///x"),
        ({"ephemeral": "yes"}, "ephemeral is 'yes': write True or False"),
        ({"ephemeral": 1}, "ephemeral is 1: write True or False"),
        ({"demo": "no"}, "demo is 'no': write True or False"),
        ({"insecure-no-token": "false"}, "write True or False"),
    ],
)
def test_a_keyword_with_a_value_of_another_kind_is_refused_with_what_to_write(
    given: dict[str, object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSetting, match=told):
        create_app(given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["cases.sqlite", "./x", "folder/x"])
def test_a_path_of_a_database_is_taken_as_it_is(path: str) -> None:
    assert str(settings(database=path).database) == str(Path(path))


def test_an_advance_by_both_units_is_told_to_choose(emulator: Emulator) -> None:
    both = emulator.control("POST", "clock/advance", {"seconds": 5, "duration": "PT1H"})
    assert (both.status_code, "send one of them" in both.json()["detail"]) == (422, True)
    unknown = emulator.control("POST", "clock/advance", {"seconds": 5, "to": "2030-01-01T00:00:00Z"})
    assert (unknown.status_code, unknown.json()["detail"]) == (422, "to: not known; known are duration, seconds")


@pytest.mark.parametrize("sign", ["\0", "\r\n", "\u200b", "\x7f"])
def test_a_webhook_url_holds_nothing_that_nobody_sees(emulator: Emulator, sign: str) -> None:
    answer = emulator.control("PATCH", "", {"webhook_url": f"http://localhost:3000/a{sign}b"})
    assert (answer.status_code, "no control characters" in answer.json()["detail"]) == (422, True)
    assert emulator.control("GET", "").json()["settings"]["webhook_url"] is None


def test_a_wrong_rule_is_reported_with_the_place_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "case-emulator.toml").write_text('[[rule]]\nwhen = {}\noutcome = "maybe"\n', "utf-8")
    wrong = '{"when": {}, "outcome": "maybe"}'
    for told, read in {
        "rule in case-emulator.toml: rule 1: outcome": read_settings({}, {}, tmp_path),
        "--rule: rule 2: outcome": read_settings({"rule": ['{"outcome": "denied"}', wrong]}, {}, tmp_path),
        "CASE_EMULATOR_RULE: rule 1: outcome": read_settings({}, {"CASE_EMULATOR_RULE": wrong}, tmp_path),
    }.items():
        with pytest.raises(BadSetting) as refused:
            read_startup_files(read, PROVIDERS)
        assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("cookies", "status", "told"),
    [
        ("sessionid=x; sessionid=test_default", 200, True),
        ("sessionid=test_default; sessionid=x", 401, True),
        ("sessionid=test_default; sessionid=test_default", 200, False),
    ],
)
def test_a_session_that_is_sent_twice_is_pointed_out(emulator: Emulator, cookies: str, status: int, told: bool) -> None:
    answer = emulator.http.get(f"{emulator.url}/api/cases/", headers={"Cookie": cookies})
    assert answer.status_code == status
    assert ("sent in two cookies" in answer.headers.get("X-Emulator-Advice", "")) is told


def test_a_byte_order_mark_does_no_harm_to_the_control_api(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    kept = emulator.control("GET", "snapshot").content
    for path, body in (("restore", kept), ("clock/advance", b'{"seconds": 0}')):
        url = f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}/{path}"
        answer = emulator.http.post(url, b"\xef\xbb\xbf" + body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
    assert json.loads(kept)["sandbox"] is not None
    assert emulator.control("GET", "cases").json()["count"] == 1


def test_stopping_answers_at_once_whom_a_fault_delays() -> None:
    running = RunningEmulator(settings())
    running.start()
    emulator, answered = Emulator(running.address), []
    emulator.control("POST", "faults", {"kind": "latency", "seconds": 60})
    asking = Thread(target=lambda: answered.append(emulator.aplyid.create().status_code))
    asking.start()
    watching = Emulator(running.address)
    wait_until(lambda: watching.control("GET", "faults").json()["faults"][0]["seen"] == 1)
    running.stop()
    asking.join()
    assert answered == [201]
