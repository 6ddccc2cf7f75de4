"""Forms and buttons of the pages, as HTML: made of what the control API says, and sent with our script or without."""

from typing import Any

import pytest

from tests.emulators import Emulator
from tests.ui.reading import STRIP, open_page, read, submit


def test_every_kind_of_fault_has_a_form_made_from_its_own_fields(emulator: Emulator) -> None:
    page = read(open_page(emulator, "/planning"))
    kinds = emulator.http.get(f"{emulator.url}/_emulator/faults").json()["kinds"]
    forms = {attributes.get("id") for tag, attributes in page.elements if tag == "form"}
    ids = {attributes.get("id") for _, attributes in page.elements}
    for kind in kinds:
        assert f"fault-{kind['kind']}" in forms
        assert {f"fault-{kind['kind']}-{setting['name']}" for setting in kind["settings"]} <= ids


@pytest.mark.parametrize("kind", ["status", "rate_limit", "latency", "broken_json", "drop", "changed_body", "early"])
def test_a_fault_is_planned_by_its_form_as_it_stands(emulator: Emulator, kind: str) -> None:
    page = read(open_page(emulator, "/planning"))
    typed = {"status": {"status": "503"}, "latency": {"seconds": "0.5"}}.get(kind, {})
    prefix = f"fault-{kind}-"
    typed_before = {
        str(a["name"]): a.get("value") or ""
        for tag, a in page.elements
        if tag == "input" and str(a.get("id")).startswith(prefix)
    }
    fields: dict[str, Any] = {**typed_before, **typed, "provider": "aplyid"}
    answer = submit(emulator, f"/planning/faults/{kind}", **fields)
    assert (answer.status_code, "The fault was planned." in answer.headers["HX-Trigger"]) == (200, True), answer.text
    [fault] = emulator.control("GET", "faults").json()["faults"]
    assert (fault["kind"], fault["provider"]) == (kind, "aplyid")
    assert submit(emulator, "/planning/faults/remove", id=fault["id"]).status_code == 200
    assert emulator.control("GET", "faults").json()["count"] == 0


def test_a_refused_form_says_why_beside_the_field_and_keeps_what_was_typed(emulator: Emulator) -> None:
    for scripted in (True, False):
        answer = submit(emulator, "/planning/faults/status", scripted=scripted, status="99", times="3", path="/api")
        assert answer.status_code == 422
        assert "Must be greater than or equal to 200" in answer.text
        typed = {a["id"]: a.get("value") for tag, a in read(answer).elements if tag == "input" and a.get("id")}
        assert (typed["fault-status-times"], typed["fault-status-path"]) == ("3", "/api")
        assert (STRIP in answer.text) != scripted
    assert emulator.control("GET", "faults").json()["count"] == 0


def test_rules_and_plans_are_made_and_taken_back(emulator: Emulator) -> None:
    rule: dict[str, Any] = {"when_field": "client.email", "when_comparison": "contains", "when_value": "@risky."}
    rule |= {"outcome": "denied"}
    assert submit(emulator, "/planning/rules", **rule).status_code == 200
    assert submit(emulator, "/planning/next", outcome="stuck", times="2", provider="sphinxhq").status_code == 200
    told = emulator.control("GET", "outcomes").json()
    assert told["rules"][0]["when"] == {"client.email": {"contains": "@risky."}}
    assert told["next"] == [{"provider": "sphinxhq", "outcome": "stuck", "times": 2}]
    text = read(open_page(emulator, "/planning")).text
    assert 'client.email contains "@risky."' in text
    assert submit(emulator, "/planning/rules", when_field="a").status_code == 422
    assert submit(emulator, "/planning/rules/remove").status_code == 404
    assert submit(emulator, "/planning/rules/remove", id=told["rules"][0]["id"]).status_code == 200
    assert submit(emulator, "/planning/next/forget").status_code == 200
    told = emulator.control("GET", "outcomes").json()
    assert (told["rules"], told["next"]) == ([], [])


def test_a_form_without_our_script_leads_back_to_its_page(emulator: Emulator) -> None:
    answer = submit(emulator, "/planning/next", scripted=False, outcome="denied", times="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{emulator.sandbox}/")
    before = {"Referer": f"{emulator.url}/s/x/planning?a=b", "Accept": "text/html"}
    url = f"{emulator.url}/s/{emulator.sandbox}/planning/next/forget"
    assert emulator.http.post(url, headers=before, allow_redirects=False).headers["Location"] == "/s/x/planning?a=b"
    for referer in ("https://evil.example/x", f"{emulator.url}//evil.example/x", "http://["):
        answer = emulator.http.post(url, headers={"Referer": referer}, allow_redirects=False)
        assert not answer.headers["Location"].startswith(("http", "//"))


def test_a_sandbox_is_set_reset_and_made(emulator: Emulator) -> None:
    saved = submit(emulator, "/sandboxes/settings", webhook_url="http://localhost:3999", delay="7", retry="1,5")
    assert saved.status_code == 200
    about = emulator.control("GET", "").json()
    assert (about["settings"]["delay"], about["settings"]["retry"]) == (7, [1, 5])
    assert 'value="1,5"' in open_page(emulator, "/sandboxes").text
    assert emulator.control("PATCH", "", {"delay": 1234567.5, "retry": "1234567,86399.25"}).ok
    shown = open_page(emulator, "/sandboxes").text
    assert ('value="1234567.5"' in shown, 'value="1234567,86399.25"' in shown) == (True, True)
    refused = submit(emulator, "/sandboxes/settings", delay="soon")
    assert (refused.status_code, "Not a valid number." in refused.text) == (422, True)
    made = submit(emulator, "/sandboxes", name=f"{emulator.sandbox[:40]}-more", pace="instant")
    assert made.headers["HX-Redirect"] == f"/s/{emulator.sandbox[:40]}-more/"
    taken = submit(emulator, "/sandboxes", name="expired")
    assert (taken.status_code, "and not expired" in taken.text) == (422, True)
    emulator.aplyid.open_case()
    assert submit(emulator, "/sandboxes/reset", name="another").status_code == 409
    assert emulator.control("GET", "cases").json()["count"] == 1
    assert submit(emulator, "/sandboxes/reset", name=emulator.sandbox).status_code == 200
    assert emulator.control("GET", "cases").json()["count"] == 0


def test_all_rules_and_all_faults_are_taken_back_at_once(emulator: Emulator) -> None:
    for _ in range(2):
        submit(emulator, "/planning/rules", outcome="denied")
        submit(emulator, "/planning/faults/drop")
    assert submit(emulator, "/planning/rules/remove", all="yes").status_code == 200
    assert submit(emulator, "/planning/faults/remove", all="yes").status_code == 200
    told = emulator.control("GET", "outcomes").json()["rules"], emulator.control("GET", "faults").json()["faults"]
    assert told == ([], [])


def test_a_value_without_a_field_is_no_rule_for_everything(emulator: Emulator) -> None:
    answer = submit(emulator, "/planning/rules", when_value="Jane", outcome="denied")
    assert (answer.status_code, "say which field is to be compared" in answer.text) == (422, True)
    assert emulator.control("GET", "outcomes").json()["rules"] == []


def test_a_sandbox_with_a_pace_says_so(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"pace": "real"})
    text = read(open_page(emulator, "/sandboxes")).text
    assert ("now by the pace real" in text, "(now 2" in text) == (True, False)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "-Infinity", "1e400", "[NaN]"])
def test_a_number_that_json_has_not_is_refused_beside_its_field(emulator: Emulator, typed: str) -> None:
    for path, field in (("/planning/faults/latency", "seconds"), ("/sandboxes/settings", "delay")):
        answer = submit(emulator, path, scripted=True, **{field: typed})
        wrong = [each for tag, each in read(answer).elements if each.get("aria-invalid")]
        assert (answer.status_code, [each["name"] for each in wrong]) == (422, [field])
        assert wrong[0]["value"] == typed
    assert emulator.control("GET", "faults").json()["count"] == 0


def test_a_name_that_is_taken_is_told_beside_its_field(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    for scripted in (True, False):
        answer = submit(emulator, "/sandboxes", scripted=scripted, name=emulator.sandbox)
        [wrong] = [each for _, each in read(answer).elements if each.get("aria-invalid")]
        assert (answer.status_code, wrong["name"], wrong["value"]) == (422, "name", emulator.sandbox)
        assert f"there is a sandbox {emulator.sandbox} already" in answer.text


def test_a_reset_takes_the_settings_out_of_their_form(emulator: Emulator) -> None:
    submit(emulator, "/sandboxes/settings", webhook_url="http://localhost:3999/mine", delay="7")
    told = submit(emulator, "/sandboxes/reset", name=emulator.sandbox)
    [form] = [each for tag, each in read(told).elements if tag == "form"]
    assert (form["id"], form["hx-swap-oob"]) == ("settings", "true")
    assert "localhost:3999" not in told.text
    assert "hx-swap-oob" not in open_page(emulator, "/sandboxes").text


def test_advice_is_given_where_there_is_some(emulator: Emulator) -> None:
    told = submit(emulator, "/clock", order="next")
    assert (told.status_code, "open a case first" in told.text) == (409, True)
    assert "things have moved on" not in told.text
    plain = submit(emulator, "/clock", scripted=False, order="next")
    assert ("open a case first" in plain.text, "<p></p>" in plain.text) == (True, False)
