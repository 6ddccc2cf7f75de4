"""Faults of the API: planned, struck, taken back; on real sockets."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import requests

from emulator.core.faults import MOST_FAULTS
from emulator.core.randomness import SeededRandom
from emulator.web.api_faults import Latency
from emulator.web.wait_slots import MOST_WAITING
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, compact, served
from tests.waiting import wait_until
from tests.wire import request_bytes

PROVIDERS = ("aplyid", "sphinxhq")
both = pytest.mark.parametrize("provider", PROVIDERS)


def plan(emulator: Emulator, kind: str, **more: Any) -> dict[str, Any]:
    """A fault that was taken."""
    answer = emulator.control("POST", "faults", {"kind": kind, **more})
    assert answer.status_code == 201, answer.text
    planned: dict[str, Any] = answer.json()
    return planned


def create(emulator: Emulator, provider: str = "aplyid", **headers: str) -> requests.Response:
    if provider == "aplyid":
        return emulator.aplyid.post(emulator.aplyid.order(), **headers)
    return emulator.sphinxhq.create()


def statuses(emulator: Emulator, many: int, provider: str = "aplyid") -> list[int]:
    return [create(emulator, provider).status_code for _ in range(many)]


def cases(emulator: Emulator) -> int:
    """How many Sphinx keeps."""
    return int(emulator.sphinxhq.get().json()["count"])


def planned(emulator: Emulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = emulator.control("GET", "faults").json()["faults"]
    return found


def order_bytes(emulator: Emulator, provider: str = "sphinxhq") -> bytes:
    """A create as it goes over the wire, on a connection that is to stay open."""
    body = {"customer": {"full_name": "Mary Chen"}} if provider == "sphinxhq" else emulator.aplyid.order()
    key = {"Cookie": f"sessionid=test_{emulator.sandbox}", "X-Workflow-Access-Key": f"test_{emulator.sandbox}"}
    headers = {**key, "Content-Type": "application/json", "Connection": "keep-alive"}
    path = SPHINXHQ_PATH if provider == "sphinxhq" else APLYID_PATH
    return request_bytes("POST", path, headers, compact(body).encode())


def read_all(line: socket.socket) -> bytes:
    """What comes until the other side ends; raises ConnectionResetError when it does so rudely."""
    read = b""
    while piece := line.recv(65_536):
        read += piece
    return read


# What is said ------------------------------------------------------------------------------------------------------

APLYID_WORDS = {
    401: {"message": "Unauthorized"},
    404: {"message": "Not Found", "code": "APLY-404"},
    422: {"message": "Unprocessable Content", "code": "APLY-422"},
    429: {"message": "Too Many Requests", "code": "APLY-429"},
    500: {"status": 500, "error": "Internal Server Error"},
    502: {"status": 502, "error": "Bad Gateway"},
    503: {"status": 503, "error": "Service Unavailable"},
}
SPHINXHQ_WORDS = {
    401: "Authentication credentials were not provided.",
    404: "Not Found.",
    422: "Unprocessable Content.",
    429: "Too Many Requests.",
    500: "Internal Server Error.",
    502: "Bad Gateway.",
    503: "Service Unavailable.",
}


@pytest.mark.parametrize("status", APLYID_WORDS)
def test_a_status_is_worded_as_its_api_would(emulator: Emulator, status: int) -> None:
    plan(emulator, "status", status=status)
    told = create(emulator, "aplyid", Accept="application/json")
    assert (told.status_code, told.json()) == (status, APLYID_WORDS[status])
    silent = create(emulator, "aplyid", Accept="*/*")
    assert (silent.status_code, silent.text == "") == (status, status >= 500)
    told = create(emulator, "sphinxhq")
    assert (told.status_code, told.json()) == (status, {"detail": SPHINXHQ_WORDS[status]})


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("plain words", b"plain words"),
        ("", b""),
        ({"fault": {"code": 7}}, b'{"fault": {"code": 7}}'),
        ([1, None], b"[1, null]"),
        (False, b"false"),
        ("\u00e4\u4e2d", "\u00e4\u4e2d".encode()),
        ("half \ud800", b"half \\ud800"),
        ({"half": "\ud800"}, b'{"half": "\\ud800"}'),
    ],
)
def test_a_body_of_yours_is_sent_as_it_is(emulator: Emulator, body: Any, sent: bytes) -> None:
    plan(emulator, "status", status=503, body=body)
    for provider in PROVIDERS:
        told = create(emulator, provider)
        assert (told.status_code, told.content, told.headers["Content-Type"]) == (503, sent, "application/json")


def test_the_type_of_the_body_is_yours_too_and_a_status_that_has_no_body_gets_none(emulator: Emulator) -> None:
    plan(emulator, "status", status=502, body="<h1>Bad gateway</h1>", content_type="text/html; charset=utf-8", times=1)
    told = create(emulator)
    assert (told.headers["Content-Type"], told.text) == ("text/html; charset=utf-8", "<h1>Bad gateway</h1>")
    plan(emulator, "status", status=204, body="never sent", times=1)
    assert (create(emulator).content, create(emulator).status_code) == (b"", 201)


@both
def test_rate_limits_say_when_to_come_back(emulator: Emulator, provider: str) -> None:
    plan(emulator, "rate_limit", retry_after=7, times=1)
    told = create(emulator, provider)
    assert (told.status_code, told.headers["Retry-After"]) == (429, "7")
    assert create(emulator, provider).status_code == 201


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "rate_limit"},
        {"kind": "connection_reset"},
        {"kind": "empty_answer"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_what_is_stored_is_only_lost_on_the_way_back(emulator: Emulator, fault: dict[str, Any]) -> None:
    for stored, kept in ((False, 0), (True, 1)):
        plan(emulator, **fault, stored=stored, path=SPHINXHQ_PATH, times=1)
        with suppress(requests.ConnectionError):
            assert create(emulator, "sphinxhq").status_code >= 400
        assert (stored, cases(emulator)) == (stored, kept)


def test_what_would_have_been_refused_anyway_is_told_as_it_is_though_stored(emulator: Emulator) -> None:
    plan(emulator, "status", status=500, stored=True)
    assert emulator.sphinxhq.create(checks=5).status_code == 400


# What is done to the connection ------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("stored", [False, True])
def test_a_reset_connection_is_really_reset(emulator: Emulator, provider: str, stored: bool) -> None:
    plan(emulator, "connection_reset", stored=stored, times=1)
    with socket.create_connection(("127.0.0.1", emulator.port), 10) as line:
        line.sendall(order_bytes(emulator, provider))
        with pytest.raises(ConnectionResetError):
            read_all(line)
    assert create(emulator, provider).status_code == 201


@both
@pytest.mark.parametrize("stored", [False, True])
def test_an_empty_answer_is_an_orderly_end_without_a_byte(emulator: Emulator, provider: str, stored: bool) -> None:
    plan(emulator, "empty_answer", stored=stored, times=1)
    with socket.create_connection(("127.0.0.1", emulator.port), 10) as line:
        line.sendall(order_bytes(emulator, provider))
        assert read_all(line) == b""
    assert create(emulator, provider).status_code == 201


@both
@pytest.mark.parametrize("how", ["truncated", "malformed"])
def test_broken_json_is_as_long_as_it_says_and_cannot_be_read(emulator: Emulator, provider: str, how: str) -> None:
    plan(emulator, "broken_json", how=how, times=1)
    told = create(emulator, provider)
    assert (told.status_code, int(told.headers["Content-Length"])) == (201, len(told.content))
    assert told.content.startswith(b'{"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(told.content)
    assert create(emulator, provider).status_code == 201
    assert emulator.control("GET", f"cases/{provider}/{1024 if provider == 'aplyid' else 1}").status_code == 200


@pytest.mark.parametrize("kind", ["connection_reset", "empty_answer", "broken_json", "rate_limit"])
def test_a_client_with_a_pool_recovers_by_itself(emulator: Emulator, kind: str) -> None:
    assert statuses(emulator, 2) == [201, 201]
    plan(emulator, kind, times=1)
    ends = kind in ("connection_reset", "empty_answer")
    with pytest.raises(requests.ConnectionError) if ends else nullcontext():
        create(emulator)
    assert statuses(emulator, 3) == [201] * 3


# Latency -----------------------------------------------------------------------------------------------------------


def test_latency_is_a_wait_and_those_of_several_add_up(emulator: Emulator) -> None:
    for seconds in (0.2, 0.1):
        plan(emulator, "latency", seconds=seconds, times=1)
    plan(emulator, "rate_limit", times=1)
    started = monotonic()
    assert create(emulator).status_code == 429
    assert monotonic() - started >= 0.3
    [told] = emulator.control("GET", "requests?status=429").json()["requests"]
    assert told["took_ms"] >= 300
    assert told["faults"] == ["latency (f1)", "latency (f2)", "rate_limit (f3)"]


def test_a_drawn_latency_follows_from_the_seed(emulator: Emulator) -> None:
    def drawn(seed: int) -> list[float]:
        waited: list[float] = []
        for number in range(5):
            random = SeededRandom(seed=seed, sandbox="a", key=f"fault/f1/{number}")
            Latency(seconds=1, up_to=2).before(random, waited.append)
        return waited

    assert drawn(7) == drawn(7) != drawn(8)
    assert all(1 <= seconds <= 2 for seconds in drawn(7))
    plan(emulator, "latency", seconds=0.05, up_to=0.06)
    create(emulator)
    [told] = emulator.control("GET", "requests").json()["requests"]
    assert told["took_ms"] >= 50


@contextmanager
def held_up(emulator: Emulator, many: int) -> Iterator[list[Any]]:
    """So many creates under way at once, each on a connection of its own, until the block ends."""
    with ThreadPoolExecutor(many) as pool:
        yield [pool.submit(create, Emulator(emulator.url, emulator.sandbox), "sphinxhq") for _ in range(many)]


def journalled(emulator: Emulator) -> int:
    return int(emulator.control("GET", "requests").json()["count"])


def test_faults_are_cleared_while_every_worker_is_busy_and_whoever_waits_goes_on(emulator: Emulator) -> None:
    many = 60
    plan(emulator, "latency", seconds=60)
    with held_up(emulator, many) as held:
        wait_until(lambda: sum(answer.done() for answer in held) == many - MOST_WAITING)
        assert journalled(emulator) == many - MOST_WAITING
        served_at_once = [answer.result() for answer in held if answer.done()]
        advice = "latency (f1) was left out: too many requests wait already"
        assert {(a.status_code, a.headers["X-Emulator-Advice"]) for a in served_at_once} == {(201, advice)}
        assert emulator.control("DELETE", "faults").json() == {"count": 0, "faults": []}
        answers = [answer.result(30) for answer in held]  # half of what they would wait
    assert [answer.status_code for answer in answers] == [201] * many
    told = emulator.control("GET", "requests").json()["requests"]
    assert sorted((e["faults"], e["advice"]) for e in told) == [([], [advice])] * 12 + [(["latency (f1)"], [])] * 48


@pytest.mark.parametrize("path", ["reset", "faults", "faults/f1"])
def test_whoever_is_held_up_goes_on_once_the_fault_is_gone(emulator: Emulator, path: str) -> None:
    plan(emulator, "latency", seconds=60, times=3)
    with held_up(emulator, 2) as held:
        wait_until(lambda: planned(emulator)[0]["times"] == 1)
        emulator.control("POST" if path == "reset" else "DELETE", path, {})
        assert [answer.result(30).status_code for answer in held] == [201, 201]  # half of what they would wait


# What is struck ----------------------------------------------------------------------------------------------------

ORDER = {
    "activity": {"name": "Onboarding", "nature": "x", "max_transaction_value": 50_000, "external_id": "order-1"},
    "client": {"name": "Jo Wu", "client_type": "individual", "clientable_attributes": {"firstname": "Jo"}},
    "checks": [{"check_type": "PEP", "n": 1}, {"check_type": "IDV"}],
    "customer": {"full_name": "Jo Wu"},
    "flag": True,
    "none": None,
    "tags": ["red", "blue"],
    "grid": [[{"deep": 7}]],
}


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({}, True),
        ({"client.name": "Jo Wu"}, True),
        ({"client.name": "jo wu"}, False),
        ({"client.name": {"equals": "Jo Wu"}}, True),
        ({"client.name": {"contains": "o W"}}, True),
        ({"client.name": {"contains": "oW"}}, False),
        ({"client.name": {"starts_with": "Jo"}}, True),
        ({"client.name": {"starts_with": "Wu"}}, False),
        ({"client.name": {"starts_with": "Jo", "contains": "Wu"}}, True),
        ({"client.name": {"starts_with": "Jo", "contains": "Li"}}, False),
        ({"client.name": "Jo Wu", "activity.external_id": "order-2"}, False),
        ({"client.clientable_attributes.firstname": "Jo"}, True),
        ({"client.clientable_attributes": "Jo"}, False),
        ({"client.nobody": None}, False),
        ({"none": None}, True),
        ({"activity.max_transaction_value": 50_000}, True),
        ({"activity.max_transaction_value": 50_000.0}, True),
        ({"activity.max_transaction_value": "50000"}, False),
        ({"activity.max_transaction_value": {"contains": "5"}}, True),
        ({"flag": True}, True),
        ({"flag": 1}, False),
        ({"checks.n": True}, False),
        ({"checks.check_type": "IDV"}, True),
        ({"checks.1.check_type": "IDV"}, True),
        ({"checks.0.check_type": "IDV"}, False),
        ({"checks.9.check_type": "IDV"}, False),
        ({"checks.check_type": {"starts_with": "PE"}}, True),
        ({"tags": "blue"}, True),
        ({"tags": {"contains": "blue"}}, True),
        ({"tags": {"contains": "lu"}}, True),
        ({"tags.0": "red"}, True),
        ({"tags.0": "blue"}, False),
        ({"grid.deep": 7}, True),
        ({"": "x"}, None),
        ({"client.name": {"like": "Jo"}}, None),
        ({"client.name": {}}, None),
        ({"client.name": ["Jo"]}, None),
        ({"client.name": {"contains": None}}, None),
        ({"client.name": "x" * 501}, None),
        ({f"field{n}": 1 for n in range(21)}, None),
        ("client.name", None),
    ],
)
def test_a_fault_looks_at_any_field_of_the_request(emulator: Emulator, when: Any, fits: bool | None) -> None:
    answer = emulator.control("POST", "faults", {"kind": "status", "status": 418, "when": when})
    assert answer.status_code == (422 if fits is None else 201)
    assert (emulator.aplyid.post(ORDER).status_code == 418) is bool(fits)


def test_a_number_too_large_for_json_is_no_condition_and_no_body(emulator: Emulator) -> None:
    url = f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}/faults"
    for body in (
        b'{"kind": "status", "status": 500, "when": {"a": 1e400}}',
        b'{"kind": "status", "status": 500, "body": {"a": 1e400}}',
        b'{"kind": "extra_fields", "fields": {"a": 1e400}}',
    ):
        answer = emulator.http.post(url, data=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, "too large" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({}, {"aplyid", "sphinxhq", "list"}),
        ({"provider": None}, {"aplyid", "sphinxhq", "list"}),
        ({"provider": "aplyid"}, {"aplyid"}),
        ({"provider": "sphinxhq"}, {"sphinxhq", "list"}),
        ({"path": "/api"}, {"sphinxhq", "list"}),
        ({"path": "/integrations/core/cases"}, {"aplyid"}),
        ({"path": "/cases"}, set()),
        ({"provider": "aplyid", "path": "/api"}, set()),
        ({"when": {"customer.full_name": {"starts_with": "Mary"}}}, {"sphinxhq"}),
    ],
)
def test_a_fault_strikes_what_it_is_aimed_at(emulator: Emulator, match: dict[str, Any], struck: set[str]) -> None:
    plan(emulator, "status", status=503, **match)
    answers = {name: create(emulator, name) for name in PROVIDERS} | {"list": emulator.sphinxhq.get()}
    assert {name for name, answer in answers.items() if answer.status_code == 503} == struck
    prefixed = emulator.http.get(f"{emulator.url}/s/{emulator.sandbox}{SPHINXHQ_PATH}", cookies={"sessionid": "test_x"})
    assert (prefixed.status_code == 503) is ("list" in struck)


@pytest.mark.parametrize("body", [b"[" * 50_000, b"\xff\xfe", b'{"a":', b"", b"[" * 900 + b"]" * 900])
def test_a_hostile_body_fits_no_condition_and_is_refused_as_ever(emulator: Emulator, body: bytes) -> None:
    plan(emulator, "status", status=418, when={"a.b.c": {"contains": "x"}})
    headers = {"X-Workflow-Access-Key": f"test_{emulator.sandbox}", "Content-Type": "application/json"}
    assert emulator.http.post(emulator.url + APLYID_PATH, data=body, headers=headers).status_code == 400


def test_fifty_at_once_use_it_up_exactly(emulator: Emulator) -> None:
    plan(emulator, "status", status=503, times=20)
    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(lambda _: create(Emulator(emulator.url, emulator.sandbox)).status_code, range(50)))
    assert (told.count(503), told.count(201)) == (20, 30)
    assert planned(emulator) == []


def test_probability_follows_from_the_seed(emulator: Emulator) -> None:
    def struck(seed: int, probability: float) -> list[int]:
        emulator.control("POST", "reset", {})
        emulator.control("PATCH", "", {"seed": seed})
        plan(emulator, "status", status=503, probability=probability)
        return statuses(emulator, 30)

    assert (struck(1, 0), struck(1, 1)) == ([201] * 30, [503] * 30)
    half = struck(1, 0.5)
    assert 5 < half.count(503) < 25
    assert (struck(1, 0.5) == half, struck(2, 0.5) == half) == (True, False)


def test_a_fault_that_did_not_strike_is_not_used_up(emulator: Emulator) -> None:
    plan(emulator, "status", status=503, probability=0.3, times=2)
    told = statuses(emulator, 40)
    assert (told.count(503), told.index(503) > 0 or told[1:].index(503) > 0) == (2, True)


def test_a_fault_is_forgotten_when_its_time_is_over(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})  # which stops no fault's time
    plan(emulator, "status", status=503, expires_in=0.2)
    wait_until(lambda: planned(emulator) == [])
    assert create(emulator).status_code == 201


def test_the_first_that_answers_wins_and_only_it_is_used_up(emulator: Emulator) -> None:
    plan(emulator, "status", status=500, times=1, provider="sphinxhq")
    plan(emulator, "status", status=501, times=1)
    plan(emulator, "broken_json", times=1)
    plan(emulator, "rate_limit", times=1)
    assert create(emulator).status_code == 501
    assert [(fault["id"], fault["times"], fault["seen"]) for fault in planned(emulator)] == [
        ("f1", 1, 0),
        ("f3", 1, 0),
        ("f4", 1, 0),
    ]
    assert [create(emulator, "sphinxhq").status_code for _ in range(4)] == [500, 201, 429, 201]


# Whom it never strikes ---------------------------------------------------------------------------------------------


@both
def test_a_wrong_key_is_401_as_ever_and_uses_nothing_up(emulator: Emulator, provider: str) -> None:
    plan(emulator, "status", status=503, times=1)
    for prefix in ("", f"/s/{emulator.sandbox}"):
        path = prefix + (APLYID_PATH if provider == "aplyid" else SPHINXHQ_PATH)
        for key in ("", "wrong", "test_expired"):
            headers = {"X-Workflow-Access-Key": key, "Cookie": f"sessionid={key}"}
            assert emulator.http.post(emulator.url + path, json={}, headers=headers).status_code == 401
    assert (planned(emulator)[0]["times"], create(emulator, provider).status_code) == (1, 503)


def test_the_emulator_s_own_routes_and_other_sandboxes_are_never_struck(emulator: Emulator) -> None:
    plan(emulator, "status", status=503)
    plan(emulator, "latency", seconds=30)
    for path in ("_emulator/livez", "_emulator/readyz", "_emulator/sandboxes", "_emulator/metrics", ""):
        assert emulator.http.get(f"{emulator.url}/{path}").status_code == 200
    assert emulator.control("GET", "inbox").status_code == 200
    other = emulator.of(f"{emulator.sandbox[:50]}-other")
    assert [create(other, provider).status_code for provider in PROVIDERS] == [201, 201]
    assert planned(emulator)[0]["seen"] == 0


# Planning ----------------------------------------------------------------------------------------------------------


def test_faults_are_listed_and_taken_back_one_by_one_or_all_at_once(emulator: Emulator) -> None:
    for status in (500, 501, 502):
        plan(emulator, "status", status=status)
    told = emulator.control("DELETE", "faults/f1")
    assert (told.status_code, [fault["id"] for fault in told.json()["faults"]]) == (200, ["f2", "f3"])
    assert create(emulator).status_code == 501
    assert emulator.control("DELETE", "faults/f1").status_code == 404
    assert emulator.control("DELETE", "faults", {}).status_code == 200
    assert (planned(emulator), create(emulator).status_code) == ([], 201)
    assert plan(emulator, "rate_limit")["id"] == "f4"


def test_taking_back_what_was_never_planned_makes_no_sandbox(emulator: Emulator) -> None:
    assert emulator.control("DELETE", "faults").status_code == 200
    assert emulator.control("DELETE", "faults/f1").status_code == 404
    assert emulator.control("GET", "").json()["used"] is False


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({}, "kind: one of status"),
        ({"kind": None}, "kind: one of status"),
        ({"kind": "latancy", "seconds": 1}, "did you mean latency?"),
        ({"kind": "status"}, "status: Missing"),
        ({"kind": "status", "status": 500, "probability": 2}, "probability"),
        ({"kind": "status", "status": 500, "probability": -1}, "probability"),
        ({"kind": "status", "status": 500, "probability": "NaN"}, "probability"),
        ({"kind": "status", "status": 99}, "status: Must be"),
        ({"kind": "status", "status": 1000}, "status: Must be"),
        ({"kind": "status", "status": 200.5}, "status"),
        ({"kind": "status", "status": 200, "body": "x" * 65_537}, "body: at most 65536"),
        ({"kind": "status", "status": 200, "body": {"x": "x" * 65_537}}, "body: at most 65536"),
        ({"kind": "status", "status": 200, "content_type": "a\r\nX: y"}, "content_type"),
        ({"kind": "status", "status": 200, "stored": "yes"}, "stored"),
        ({"kind": "status", "status": 200, "provider": "aplid"}, "did you mean aplyid?"),
        ({"kind": "status", "status": 200, "pth": "/api"}, "did you mean path?"),
        ({"kind": "status", "status": 200, "times": 0}, "times"),
        ({"kind": "status", "status": 200, "times": 1.5}, "times"),
        ({"kind": "status", "status": 200, "expires_in": 0}, "expires_in"),
        ({"kind": "status", "status": 200, "expires_in": 1e9}, "expires_in"),
        ({"kind": "rate_limit", "retry_after": -1}, "retry_after"),
        ({"kind": "latency", "seconds": 1e9}, "seconds"),
        ({"kind": "latency", "seconds": -1}, "seconds"),
        ({"kind": "latency", "seconds": 5, "up_to": 4}, "up_to"),
        ({"kind": "latency", "seconds": 5, "up_to": 0}, "up_to"),
        ({"kind": "broken_json", "how": "badly"}, "how"),
        ({"kind": "drop", "seconds": 5}, "seconds: not known"),
        ({"kind": "duplicate", "copies": 11}, "copies"),
        ({"kind": "slow_sender", "seconds": 9}, "seconds"),
        ({"kind": "unknown_event", "event": "two words"}, "event"),
        ({"kind": "changed_body", "change": {}}, "change"),
        ({"kind": "extra_fields", "fields": {"x": "x" * 1000}}, "fields"),
        ({"kind": "early", "path": "/api"}, "path: early"),
        ([], "a JSON object"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_nothing_is_planned(
    emulator: Emulator, fault: Any, told: str
) -> None:
    answer = emulator.control("POST", "faults", fault)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told in answer.json()["detail"]
    assert (planned(emulator), emulator.control("GET", "").json()["used"]) == ([], False)


def test_what_is_no_json_or_too_long_is_no_fault(emulator: Emulator) -> None:
    url = f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}/faults"
    headers = {"Content-Type": "application/json"}
    nan = b'{"kind": "status", "status": 500, "probability": NaN}'
    assert emulator.http.post(url, data=nan, headers=headers).status_code == 400
    assert emulator.http.post(url, data=b" " * 1_048_577, headers=headers).status_code == 413
    assert planned(emulator) == []


def test_there_is_room_for_a_hundred_and_for_the_next_when_one_is_gone(emulator: Emulator) -> None:
    for _ in range(MOST_FAULTS):
        plan(emulator, "status", status=503)
    full = emulator.control("POST", "faults", {"kind": "rate_limit"})
    assert (full.status_code, full.headers["Content-Type"]) == (409, "application/problem+json")
    emulator.control("DELETE", "faults/f50")
    assert plan(emulator, "rate_limit")["id"] == "f101"


def test_every_kind_says_what_it_does(emulator: Emulator) -> None:
    kinds = emulator.http.get(f"{emulator.url}/_emulator/faults").json()["kinds"]
    by_name = {kind["kind"]: kind for kind in kinds}
    assert [kind["does"].endswith(".") or kind["does"].endswith(")") for kind in kinds] == [True] * len(kinds)
    assert by_name["latency"]["settings"][0] | {"means": ""} == {
        "name": "seconds",
        "type": "number",
        "means": "",
        "required": True,
        "default": None,
        "low": 0,
        "high": 60,
    }
    assert {kind["side"] for kind in kinds} == {"api", "webhook"}


def test_faults_outlive_the_process_and_not_a_reset(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    with served(database=database) as emulator:
        plan(emulator, "status", status=503, times=3, when={"client.name": {"contains": "Doe"}})
        before = (create(emulator).status_code, planned(emulator))
    with served(database=database) as emulator:
        assert (503, planned(emulator)) == before
        assert (create(emulator).status_code, planned(emulator)[0]["times"]) == (503, 1)
        emulator.control("POST", "reset", {})
        assert (planned(emulator), create(emulator).status_code) == ([], 201)
