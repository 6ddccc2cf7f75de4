"""A filter that knows a fixed set of words refuses every other, on every route, and says so in the document."""

from typing import Any

import pytest

from emulator.app import PROVIDERS
from emulator.client import CaseEmulator, Refusal
from tests.documents import document
from tests.emulators import Emulator

BOX = "/_emulator/sandboxes/{name}"
DELIVERIES, REQUESTS = ("deliveries", "deliveries/wait", "inbox/wait"), ("requests", "requests/near-misses")
MISSPELT = [
    *((route, "provider", "sphinx", "did you mean sphinxhq? Known are aplyid, sphinxhq") for route in DELIVERIES),
    *((route, "provider", "sphinx", "did you mean sphinxhq? Known are aplyid, sphinxhq") for route in REQUESTS),
    ("cases", "provider", "APLYID", "known are aplyid, sphinxhq"),
    *(
        (route, "event", "case.complete", "did you mean case.completed? Known are case.completed")
        for route in DELIVERIES
    ),
    *((route, "state", "deliverd", "Must be one of: scheduled, in_flight, delivered") for route in DELIVERIES),
    *((route, "direction", "outgoing", "Must be one of: in, out, both") for route in REQUESTS),
    *((route, "method", "PSOT", "did you mean POST? Known are CONNECT, DELETE, GET") for route in REQUESTS),
    *((route, "expect", "nothing", "Must be one of: one, none") for route in ("deliveries/wait", "inbox/wait")),
    *((route, "provider", "", "known are aplyid, sphinxhq") for route in ("deliveries", "requests", "cases")),
]


@pytest.mark.parametrize(("route", "name", "word", "told"), MISSPELT)
def test_a_misspelt_word_is_refused_with_the_known_ones(
    emulator: Emulator, route: str, name: str, word: str, told: str
) -> None:
    answer = emulator.control("GET", f"{route}?{name}={word}&")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told in answer.json()["errors"][name]


def test_the_refusal_repeats_no_more_than_a_little_of_the_word(emulator: Emulator) -> None:
    answer = emulator.control("GET", f"deliveries?provider={'x' * 5000}&event={'y' * 5000}")
    assert (answer.status_code, len(answer.content) < 2000) == (422, True)


def test_the_words_of_every_such_filter_stand_in_the_document() -> None:
    described = document("control")
    found = {
        (path.removeprefix(f"{BOX}/"), parameter["name"]): parameter["schema"].get("enum")
        for _, path, method in described.operations()
        for parameter in described.at("paths", path, method)["parameters"]
        if parameter["in"] == "query"
    }
    for route, name, _, _ in MISSPELT:
        assert found[route, name], (route, name)
    assert found["deliveries", "provider"] == found["cases", "provider"] == sorted(p.name for p in PROVIDERS)
    assert found["deliveries/wait", "event"] == ["case.completed"]
    assert "POST" in found["requests", "method"]


def test_a_provider_in_a_body_is_one_of_the_known_ones_in_the_document_too(emulator: Emulator) -> None:
    schemas = document("control").content["components"]["schemas"]
    for name in ("PlanIn", "RuleIn", "LatencyFaultIn"):
        assert schemas[name]["properties"]["provider"]["enum"] == ["aplyid", "sphinxhq", None], name
    for path, body in (
        ("outcomes/next", {"outcome": "denied"}),
        ("outcomes/rules", {"outcome": "denied"}),
        ("faults", {"kind": "drop"}),
    ):
        answer = emulator.control("POST", path, {**body, "provider": "sphinx"})
        assert (answer.status_code, "Known are aplyid, sphinxhq" in answer.json()["detail"]) == (422, True)
        assert emulator.control("POST", path, {**body, "provider": None}).status_code == 201


def test_an_event_is_known_while_a_fault_plans_it_or_a_delivery_has_it(emulator: Emulator) -> None:
    def listed(event: str) -> int:
        return emulator.control("GET", f"deliveries?event={event}").status_code

    assert (listed("case.renamed"), listed("case.unknown")) == (422, 422)
    fault = emulator.control("POST", "faults", {"kind": "unknown_event", "event": "case.renamed", "times": 1}).json()
    assert (listed("case.renamed"), listed("case.unknown")) == (200, 422)
    emulator.aplyid.open_case()
    [kept] = emulator.wait("deliveries/wait?event=case.renamed")["deliveries"]
    assert kept["event"] == "case.renamed"
    assert fault["id"] not in str(emulator.control("GET", "faults").json())
    assert listed("case.renamed") == 200  # of the delivery that is kept
    emulator.control("POST", "faults", {"kind": "unknown_event"})
    assert listed("case.unknown") == 200
    assert emulator.of("nobody").control("GET", "deliveries?event=case.renamed").status_code == 422


def test_a_method_that_was_asked_is_known_however_odd(emulator: Emulator) -> None:
    assert emulator.control("GET", "requests?method=BREW").status_code == 422
    emulator.http.request("BREW", f"{emulator.url}/s/{emulator.sandbox}/integrations/core/cases", timeout=10)
    assert emulator.control("GET", "requests?method=BREW").json()["count"] == 1
    assert emulator.control("GET", "requests?method=post").json()["count"] == 0  # in any case of its letters


def test_a_filter_that_is_given_twice_is_refused_since_one_of_both_would_be_ignored(emulator: Emulator) -> None:
    for query in (
        "requests?status=200&status=201",
        "requests?body.a=1&body.a=2",
        "deliveries?provider=aplyid&provider=x",
    ):
        answer = emulator.control("GET", query)
        assert (answer.status_code, "more than once" in answer.json()["detail"]) == (422, True)


def test_the_handle_raises_for_a_misspelt_filter_instead_of_finding_nothing(shared_emulator: Emulator) -> None:
    wrong: dict[str, Any] = {"provider": "sphinx"}
    with CaseEmulator(shared_emulator.url) as sandbox:
        for call in (
            lambda: sandbox.webhooks.assert_none(**wrong),
            lambda: sandbox.webhooks.wait(**wrong, timeout=0),
            lambda: sandbox.webhooks.assert_none(event="case.complete"),
            lambda: sandbox.requests.count(**wrong),
            lambda: sandbox.requests.find(**wrong),
            lambda: sandbox.requests.near_misses(**wrong),
            lambda: sandbox.requests.count(direction="outgoing"),
            lambda: sandbox.requests.count(method="PSOT"),
            lambda: sandbox.cases.all(**wrong),
            lambda: sandbox.outcomes.next("denied", **wrong),
            lambda: sandbox.faults.add("drop", **wrong),
        ):
            with pytest.raises(Refusal) as refused:
                call()
            assert refused.value.status == 422


def test_a_field_of_the_body_is_compared_as_json_has_it(shared_emulator: Emulator) -> None:
    with CaseEmulator(shared_emulator.url) as sandbox:
        sandbox.sphinxhq.send({"customer": {"full_name": "Jo"}, "paid": True, "notes": None, "share": 0.5})
        assert [
            sandbox.requests.count(body={name: value})
            for name, value in (
                ("paid", True),
                ("notes", None),
                ("share", 0.5),
                ("paid", False),
                ("notes", "x"),
            )
        ] == [1, 1, 1, 0, 0]
