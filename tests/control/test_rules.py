"""Outcome rules, paces, keys that expire and sandboxes made on purpose."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.core.rules import MOST_RULES
from tests.emulators import Emulator, served
from tests.waiting import wait_until

NEW_YEAR = "2030-01-01T00:00:00.000000Z"
UNAUTHORIZED = "Authentication credentials were not provided."


@pytest.fixture
def frozen(emulator: Emulator) -> Emulator:
    """A sandbox at New Year 2030, where cases take two seconds."""
    emulator.control("PATCH", "", {"delay": 2})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
    return emulator


def add_rule(emulator: Emulator, **said: Any) -> str:
    """The name of a rule that was taken, as cases tell it."""
    answer = emulator.control("POST", "outcomes/rules", said)
    assert answer.status_code == 201, answer.text
    return f"rule {answer.json()['id']}"


def ask(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    answer = emulator.control(method, path, body)
    assert answer.ok, answer.text
    return answer.json()


def rule_of(emulator: Emulator, provider: str, number: int = 1) -> str:
    """What decided about a case, as the case tells it and its webhook once there is one."""
    case_id = number + (1023 if provider == "aplyid" else 0)
    told: str = ask(emulator, "GET", f"cases/{provider}/{case_id}")["rule"]
    for delivery in ask(emulator, "GET", f"deliveries?provider={provider}&case_id={case_id}")["deliveries"]:
        assert delivery["rule"] == told
    return told


def ended(emulator: Emulator, provider: str, number: int = 1) -> dict[str, Any]:
    """The case as its webhook tells of it, after an hour."""
    ask(emulator, "POST", "clock/advance", {"seconds": 3600})
    case_id = number + (1023 if provider == "aplyid" else 0)
    [found] = ask(emulator, "GET", f"deliveries?provider={provider}&case_id={case_id}")["deliveries"]
    body: dict[str, Any] = json.loads(found["body"])
    return body


def taken(emulator: Emulator, *cases: tuple[str, int]) -> list[float]:
    """How many seconds each of these cases took from its creation to its end."""
    ask(emulator, "POST", "clock/advance", {"duration": "P3D"})
    found = []
    for provider, case_id in cases:
        path = f"cases/{provider}/{case_id}"
        wait_until(lambda path=path: ask(emulator, "GET", path)["state"] in ("completed", "failed"))
        case = ask(emulator, "GET", path)
        times = (datetime.fromisoformat(case[name]) for name in ("updated_at", "created_at"))
        found.append((next(times) - next(times)).total_seconds())
    return found


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({"client.name": "John Doe"}, True),
        ({"client.name": {"equals": "John Doe"}}, True),
        ({"client.name": {"contains": "hn D"}}, True),
        ({"client.name": {"starts_with": "John"}}, True),
        ({"client.name": {"starts_with": "Doe"}}, False),
        ({"client.clientable_attributes.lastname": "Doe"}, True),
        ({"activity.external_id": "order-1", "client.client_type": "company"}, False),
        ({"unread.key": 5}, True),
        ({"unread.list.n": 2}, True),
        ({"unread.flag": True}, True),
        ({"unread.flag": 1}, False),
        ({}, True),
    ],
)
def test_a_rule_looks_at_the_request_of_aplyid(frozen: Emulator, when: Any, fits: bool) -> None:
    name = add_rule(frozen, when=when, outcome="denied")
    assert frozen.aplyid.create(unread={"key": 5, "list": [{"n": 1}, {"n": 2}], "flag": True}).status_code == 201
    assert rule_of(frozen, "aplyid") == (name if fits else "default")
    assert ended(frozen, "aplyid")["client"]["approval_status"] == ("denied" if fits else "approved")


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({"customer.full_name": {"contains": "Chen"}}, True),
        ({"checks.check_type": "IDV"}, True),
        ({"checks.0.check_type": "IDV"}, False),
        ({"checks.1.check_type": {"starts_with": "ID"}}, True),
        ({"checks.check_type": "UNDERWRITING"}, False),
        ({"delete_after": 30}, True),
        ({"webhook_url": None}, False),
    ],
)
def test_a_rule_looks_at_the_request_of_sphinx(frozen: Emulator, when: Any, fits: bool) -> None:
    name = add_rule(frozen, when=when, outcome="REJECTED")
    frozen.sphinxhq.open_case(checks=[{"check_type": "PEP"}, {"check_type": "IDV"}], delete_after=30)
    assert rule_of(frozen, "sphinxhq") == (name if fits else "default")
    assert ended(frozen, "sphinxhq")["outcome"] == ("REJECTED" if fits else "ACCEPTED")


def test_of_several_rules_the_first_that_fits_decides(frozen: Emulator) -> None:
    add_rule(frozen, provider="sphinxhq", outcome="PENDING")
    second = add_rule(frozen, when={"client.name": {"starts_with": "John"}}, outcome="denied")
    add_rule(frozen, outcome="approved")
    frozen.aplyid.open_case()
    assert rule_of(frozen, "aplyid") == second
    ask(frozen, "DELETE", f"outcomes/rules/{second.removeprefix('rule ')}")
    frozen.aplyid.open_case()
    assert rule_of(frozen, "aplyid", 2) == "rule r3"


def test_an_order_beats_a_plan_a_plan_a_rule_a_rule_a_surname_and_a_surname_the_default(frozen: Emulator) -> None:
    ask(frozen, "PATCH", "", {"default_outcome": "undecided"})
    add_rule(frozen, when={"client.name": {"contains": "ule"}}, outcome="denied")
    ask(frozen, "POST", "outcomes/next", {"outcome": "approved"})
    for name in ("Jo Rule Denied", "Jo Rule Approved", "Jo Approved", "Jo Wu", "Jo Rule Wu"):
        frozen.aplyid.open_case(client__name=name)
    ask(frozen, "POST", "cases/aplyid/1028/complete", {"outcome": "no_decision_yet"})
    told = [
        (rule_of(frozen, "aplyid", n), ended(frozen, "aplyid", n)["client"]["approval_status"]) for n in range(1, 6)
    ]
    assert told == [
        ("next outcome", "approved"),
        ("rule r1", "denied"),
        ("surname Approved", "approved"),
        ("default", "no_decision_yet"),
        ("explicit", "no_decision_yet"),
    ]


WORDS = [
    ("approved", "approved", "ACCEPTED"),
    ("denied", "denied", "REJECTED"),
    ("undecided", "no_decision_yet", "PENDING"),
    ("no_decision_yet", "no_decision_yet", "PENDING"),
    ("ACCEPTED", "approved", "ACCEPTED"),
    ("REJECTED", "denied", "REJECTED"),
    ("PENDING", "no_decision_yet", "PENDING"),
    ("failed", "no_decision_yet", "PENDING"),
    ("ERROR", "no_decision_yet", "PENDING"),
]


@pytest.mark.parametrize(("word", "aplyid", "sphinxhq"), WORDS)
def test_any_word_for_an_outcome_means_the_same_everywhere(
    frozen: Emulator, word: str, aplyid: str, sphinxhq: str
) -> None:
    add_rule(frozen, outcome=word)
    frozen.aplyid.open_case()
    frozen.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    assert ended(frozen, "aplyid")["client"]["approval_status"] == aplyid
    told = ended(frozen, "sphinxhq")
    failed = word in ("failed", "ERROR")
    assert (told["outcome"], told["status"]) == (sphinxhq, "ERROR" if failed else "COMPLETED")
    assert (told["risk_score"] is None) is failed


def test_a_rule_can_keep_a_case_from_ending(frozen: Emulator) -> None:
    add_rule(frozen, outcome="stuck")
    frozen.sphinxhq.open_case()
    ask(frozen, "POST", "clock/advance", {"seconds": 86_400})
    assert frozen.sphinxhq.get("1/").json()["status"] not in ("COMPLETED", "ERROR")
    assert ask(frozen, "GET", "outcomes")["rules"] == [{"id": "r1", "outcome": "stuck"}]


def test_a_rule_s_delay_counts_and_what_it_leaves_open_is_the_sandbox_s(frozen: Emulator) -> None:
    ask(frozen, "PATCH", "", {"default_outcome": "denied"})
    add_rule(frozen, when={"client.name": {"starts_with": "Slow"}}, delay=600)
    add_rule(frozen, when={"client.name": {"starts_with": "Now"}}, delay=0)
    for name in ("Slow Wu", "Jo Wu", "Now Wu"):
        frozen.aplyid.open_case(client__name=name)
    assert taken(frozen, ("aplyid", 1024), ("aplyid", 1025), ("aplyid", 1026)) == [600, 2, 0]
    assert ended(frozen, "aplyid")["client"]["approval_status"] == "denied"


@pytest.mark.parametrize("checks", range(4))
@pytest.mark.parametrize("risk", [0, 0.5, 1])
@pytest.mark.parametrize("outcome", ["ACCEPTED", "REJECTED"])
def test_a_case_has_the_risk_that_was_ordered_which_is_the_highest_of_its_checks(
    frozen: Emulator, checks: int, risk: float, outcome: str
) -> None:
    add_rule(frozen, provider="sphinxhq", risk_score=risk, outcome=outcome)
    kinds = ("PEP", "IDV", "SANCTION")[:checks]
    frozen.sphinxhq.open_case(checks=[{"check_type": kind} for kind in kinds])
    told = ended(frozen, "sphinxhq")
    assert (told["outcome"], told["risk_score"]) == (outcome, risk)
    assert max((check["risk_score"] for check in told["checks"]), default=risk) == risk


def test_a_risk_alone_is_enough_for_a_rule_and_means_nothing_where_none_is_told(frozen: Emulator) -> None:
    add_rule(frozen, risk_score=0.77)
    frozen.aplyid.open_case()
    frozen.sphinxhq.open_case()
    assert ended(frozen, "sphinxhq")["risk_score"] == 0.77
    assert "risk" not in json.dumps(ended(frozen, "aplyid"))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, "outcome: one of outcome, delay and risk_score is needed"),
        ({"when": {"a": 1}}, "outcome"),
        ({"outcome": "maybe"}, "outcome: maybe is no outcome of any provider; known are ACCEPTED, "),
        (
            {"outcome": "maybe", "provider": "aplyid"},
            "no outcome of aplyid; known are approved, denied, failed, no_decision_yet, stuck, undecided",
        ),
        ({"outcome": "no_decision_yet", "provider": "sphinxhq"}, "no outcome of sphinxhq"),
        ({"outcome": "COMPLETED"}, "no outcome"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": 5}, "outcome"),
        ({"outcom": "denied"}, "did you mean outcome?"),
        ({"outcome": "denied", "path": "/api"}, "path: not known"),
        ({"outcome": "denied", "provider": "sphinx"}, "did you mean sphinxhq?"),
        ({"delay": -1}, "delay"),
        ({"delay": "NaN"}, "delay"),
        ({"delay": 1e18}, "delay"),
        ({"risk_score": 1.1}, "risk_score"),
        ({"outcome": "denied", "when": {"a": {"like": "b"}}}, "when"),
        ({"outcome": "denied", "when": []}, "when"),
        ({"outcome": "denied", "when": None}, "when"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_nothing_changes(frozen: Emulator, rule: Any, told: str) -> None:
    answer = frozen.control("POST", "outcomes/rules", rule)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told in answer.json()["detail"]
    assert ask(frozen, "GET", "outcomes")["rules"] == []


def test_rules_are_shown_taken_back_and_no_more_than_a_hundred(frozen: Emulator) -> None:
    said = {"provider": "aplyid", "when": {"client.name": {"equals": "Jo"}}, "outcome": "denied", "delay": 5.0}
    for _ in range(MOST_RULES):
        add_rule(frozen, **said)
    assert frozen.control("POST", "outcomes/rules", said).status_code == 409
    assert ask(frozen, "GET", "outcomes")["rules"][0] == {"id": "r1", **said}
    left = ask(frozen, "DELETE", "outcomes/rules/r7")["rules"]
    assert [rule["id"] for rule in left] == [f"r{n + 1}" for n in range(MOST_RULES) if n != 6]
    assert frozen.control("DELETE", "outcomes/rules/r7").status_code == 404
    assert ask(frozen, "DELETE", "outcomes/rules", {})["rules"] == []
    frozen.aplyid.open_case(client__name="Jo")
    assert rule_of(frozen, "aplyid") == "default"


def test_a_rule_of_another_sandbox_decides_nothing_here(frozen: Emulator) -> None:
    add_rule(frozen.of(f"{frozen.sandbox[:50]}-other"), outcome="denied")
    frozen.aplyid.open_case()
    assert rule_of(frozen, "aplyid") == "default"


def test_a_refused_request_uses_no_plan_up(frozen: Emulator) -> None:
    ask(frozen, "POST", "outcomes/next", {"outcome": "denied"})
    assert frozen.aplyid.create(client__name="").status_code == 422
    assert frozen.sphinxhq.create(checks=5).status_code == 400
    frozen.aplyid.open_case()
    assert rule_of(frozen, "aplyid") == "next outcome"


# Pace --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pace", "seconds"),
    [("instant", [0, 0, 0, 0]), ("fast", [2, 2, 2, 2]), (None, [7] * 4)],
)
def test_cases_take_as_long_as_the_pace_says(frozen: Emulator, pace: str | None, seconds: list[float]) -> None:
    ask(frozen, "PATCH", "", {"delay": 7})
    shown = ask(frozen, "PATCH", "", {"pace": pace})["settings"]
    assert shown["pace"] == pace
    frozen.aplyid.open_case()
    frozen.aplyid.open_case(client__client_type="company", client__name="Acme Wu")
    frozen.sphinxhq.open_case(customer={"full_name": "Mary Chen", "customer_type": "INDIVIDUAL"})
    frozen.sphinxhq.open_case(customer={"full_name": "Acme Wu", "customer_type": "COMPANY"})
    cases = (("aplyid", 1024), ("sphinxhq", 1), ("aplyid", 1025), ("sphinxhq", 2))
    assert taken(frozen, *cases) == seconds


def test_a_delay_takes_the_place_of_a_pace_and_a_pace_that_of_a_delay(frozen: Emulator) -> None:
    def takes(**changes: Any) -> list[float]:
        told = ask(frozen, "PATCH", "", changes)
        assert sorted({"delay", "pace"} & set(told["set_here"])) == sorted(
            k for k, v in changes.items() if v is not None
        )
        return taken(frozen, ("aplyid", frozen.aplyid.open_case()["case_id"]))

    assert takes(pace="instant") == [0]
    assert takes(delay=5) == [5]
    assert takes(pace="fast") == [2]
    assert takes(pace=None) == [0]  # as the emulator was started
    assert frozen.control("PATCH", "", {"pace": "real", "delay": 5}).status_code == 422
    assert frozen.control("PATCH", "", {"pace": "warp"}).status_code == 422


def test_a_surname_and_a_rule_count_beside_a_pace(frozen: Emulator) -> None:
    ask(frozen, "PATCH", "", {"pace": "real"})
    add_rule(frozen, when={"customer.full_name": {"starts_with": "Rule"}}, delay=1)
    for name in ("Jo Slow", "Rule Slow"):
        frozen.sphinxhq.open_case(customer={"full_name": name})
    assert taken(frozen, ("sphinxhq", 1), ("sphinxhq", 2)) == [900, 1]


def open_of_each_kind(emulator: Emulator) -> None:
    """A case of a person and of a company at both services."""
    emulator.aplyid.open_case()
    emulator.aplyid.open_case(client__client_type="company", client__name="Acme Wu")
    emulator.sphinxhq.open_case(customer={"full_name": "Mary Chen", "customer_type": "INDIVIDUAL"})
    emulator.sphinxhq.open_case(customer={"full_name": "Acme Wu", "customer_type": "COMPANY"})


def test_the_real_pace_is_minutes_where_machines_decide_and_hours_to_days_where_people_do(frozen: Emulator) -> None:
    ask(frozen, "PATCH", "", {"pace": "real"})
    open_of_each_kind(frozen)
    for _ in range(10):
        frozen.aplyid.open_case()
    assert taken(frozen, ("sphinxhq", 1), ("sphinxhq", 2)) == [90, 240]
    by_hand = taken(frozen, *(("aplyid", number) for number in range(1024, 1036)))
    assert all(2 * 3600 <= seconds <= 3 * 86_400 for seconds in by_hand)
    assert len(set(by_hand)) == len(by_hand)


def test_the_real_pace_follows_from_the_seed(frozen: Emulator) -> None:
    def takes(seed: int) -> list[float]:
        ask(frozen, "POST", "reset", {})
        ask(frozen, "PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
        ask(frozen, "PATCH", "", {"pace": "real", "seed": seed})
        open_of_each_kind(frozen)
        return taken(frozen, ("aplyid", 1024), ("aplyid", 1025))

    assert takes(1) == takes(1) != takes(2)


# Keys that expire --------------------------------------------------------------------------------------------------


def tries(emulator: Emulator) -> list[requests.Response]:
    """One request to each API, either of which would be refused for other reasons as well."""
    return [emulator.aplyid.post({}), emulator.sphinxhq.post(["nonsense"])]


def codes(emulator: Emulator) -> list[int]:
    return [answer.status_code for answer in tries(emulator)]


@pytest.mark.parametrize("frozen_first", [True, False])
def test_the_key_of_a_test_integration_lives_thirty_days(emulator: Emulator, frozen_first: bool) -> None:
    steps = [("clock", {"mode": "frozen", "at": NEW_YEAR}), ("", {"integration": "test"})]
    for path, body in steps if frozen_first else reversed(steps):
        ask(emulator, "PATCH", path, body)
    assert ask(emulator, "GET", "")["settings"]["integration"] == "test"
    ask(emulator, "POST", "clock/advance", {"duration": "P29DT23H59M59S"})
    assert codes(emulator) == [400, 400]
    ask(emulator, "POST", "clock/advance", {"seconds": 1})
    aplyid, sphinxhq = tries(emulator)
    assert (aplyid.status_code, aplyid.json()) == (401, {"message": "Unauthorized"})
    assert (sphinxhq.status_code, sphinxhq.json()) == (401, {"detail": UNAUTHORIZED})
    for answer in (aplyid, sphinxhq):
        assert "30 days" in answer.headers["X-Emulator-Advice"]


def test_time_set_forward_lets_a_key_expire_as_well(emulator: Emulator) -> None:
    ask(emulator, "PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
    ask(emulator, "PATCH", "", {"integration": "test"})
    ask(emulator, "PATCH", "clock", {"mode": "frozen", "at": "2030-01-31T00:00:00Z"})
    assert codes(emulator) == [401, 401]


def test_an_expired_key_comes_before_every_fault_and_reads_are_refused_too(emulator: Emulator) -> None:
    ask(emulator, "PATCH", "", {"integration": "test"})
    ask(emulator, "POST", "faults", {"kind": "status", "status": 503})
    assert codes(emulator) == [503, 503]
    ask(emulator, "POST", "clock/advance", {"duration": "P30D"})
    assert (codes(emulator), emulator.sphinxhq.get().status_code) == ([401, 401], 401)
    assert ask(emulator, "GET", "faults")["faults"][0]["seen"] == 2
    assert ask(emulator, "GET", "deliveries")["count"] == 0  # the control API has no key


@pytest.mark.parametrize("way_out", ["live", "test", None, "reset"])
def test_after_its_key_expired_a_sandbox_can_be_used_again(emulator: Emulator, way_out: str | None) -> None:
    ask(emulator, "PATCH", "", {"integration": "test"})
    ask(emulator, "POST", "clock/advance", {"duration": "P31D"})
    assert codes(emulator) == [401, 401]
    if way_out == "reset":
        ask(emulator, "POST", "reset", {})
    else:
        ask(emulator, "PATCH", "", {"integration": way_out})
    assert codes(emulator) == [400, 400]
    ask(emulator, "POST", "clock/advance", {"duration": "P31D"})
    assert codes(emulator) == ([401, 401] if way_out == "test" else [400, 400])


def test_a_sandbox_made_with_a_test_key_has_one_that_expires(emulator: Emulator) -> None:
    made = emulator.http.post(
        f"{emulator.url}/_emulator/sandboxes", json={"name": emulator.sandbox, "integration": "test"}
    )
    assert made.status_code == 201, made.text
    ask(emulator, "POST", "clock/advance", {"duration": "P30D"})
    assert codes(emulator) == [401, 401]


def test_a_key_expires_though_the_emulator_was_started_anew(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    with served(database=database) as emulator:
        ask(emulator, "PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
        ask(emulator, "PATCH", "", {"integration": "test"})
        add_rule(emulator, outcome="denied")
        ask(emulator, "POST", "clock/advance", {"duration": "P29D"})
    with served(database=database) as emulator:
        emulator.aplyid.open_case()
        assert rule_of(emulator, "aplyid") == "rule r1"
        ask(emulator, "POST", "clock/advance", {"duration": "P1D"})
        assert codes(emulator) == [401, 401]


# Made on purpose ---------------------------------------------------------------------------------------------------


def make(emulator: Emulator, **said: Any) -> requests.Response:
    return emulator.http.post(f"{emulator.url}/_emulator/sandboxes", json=said)


def test_a_sandbox_is_made_with_settings_and_only_once(emulator: Emulator) -> None:
    made = make(emulator, name=emulator.sandbox, default_outcome="denied", pace="real", seed=7)
    assert made.status_code == 201
    assert made.json() == ask(emulator, "GET", "")
    assert (made.json()["used"], made.json()["set_here"]) == (True, ["default_outcome", "pace", "seed"])
    again = make(emulator, name=emulator.sandbox, seed=8)
    assert (again.status_code, "already" in again.json()["detail"]) == (409, True)
    assert ask(emulator, "GET", "")["settings"]["seed"] == 7
    emulator.aplyid.open_case()
    ask(emulator, "POST", "clock/advance", {"duration": "P3D"})
    [webhook] = emulator.inbox()
    assert json.loads(webhook["body"])["client"]["approval_status"] == "denied"


def test_one_that_was_used_already_cannot_be_made(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    assert make(emulator, name=emulator.sandbox).status_code == 409
    ask(emulator, "POST", "reset", {})
    assert make(emulator, name=emulator.sandbox).status_code == 201


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "Upper"}, "name: 1 to 64"),
        ({"name": ""}, "name: 1 to 64"),
        ({"name": "x" * 65}, "name: 1 to 64"),
        ({"name": "a/b"}, "name: 1 to 64"),
        ({"name": "a\n"}, "name: 1 to 64"),
        ({"name": 5}, "name"),
        ({"name": "never-made", "nam": 1}, "did you mean name?"),
        ({"name": "never-made", "pace": "real", "delay": 1}, "pace and delay"),
        ({"name": "never-made", "integration": "prod"}, "integration"),
        ({"name": "never-made", "webhook_url": "nowhere"}, "webhook_url"),
    ],
)
def test_one_that_makes_no_sense_is_not_made(emulator: Emulator, said: dict[str, Any], told: str) -> None:
    answer = make(emulator, **said)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told in answer.json()["detail"]
    assert "never-made" not in emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["sandboxes"]
