"""A sandbox as one document: taken, brought back, brought elsewhere, and refused where it makes no sense."""

import copy
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests

from emulator.control.snapshots import LARGEST
from emulator.core.snapshot_rows import TABLES
from tests.emulators import Emulator, served
from tests.receivers import PATIENCE, free_port, receiving, status
from tests.waiting import wait_until

NEW_YEAR = "2030-01-01T00:00:00.000000Z"
Document = dict[str, Any]


def ask(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    answer = emulator.control(method, path, body)
    assert answer.ok, answer.text
    return answer.json()


def take(emulator: Emulator) -> Document:
    taken: Document = ask(emulator, "GET", "snapshot")
    return taken


def restore(emulator: Emulator, document: Any) -> requests.Response:
    return emulator.control("POST", "restore", document)


def without_head(document: Document) -> Document:
    """What stays the same from one life to the next."""
    return {name: value for name, value in document.items() if name not in ("taken_at", "sandbox")}


def seen(emulator: Emulator) -> Any:
    """All that can be asked of a sandbox."""
    paths = ("", "clock", "outcomes", "faults", "deliveries", "inbox", "cases/aplyid/1024", "cases/sphinxhq/1")
    # No request to the APIs, for these would be looked at by the faults. A case's link names where it is.
    # How far the clock is ahead changes with each look.
    told = [emulator.control("GET", path).json() | {"link": "", "ahead": 0} for path in paths]
    return [{**told[0], "name": ""}, *told[1:]]


def fill(emulator: Emulator, hook: str) -> None:
    """Something of everything: cases that ended, wait and expired, webhooks delivered, failed and kept, plans."""
    settings = {"webhook_url": f"{hook}/aplyid", "delay": 60, "retry": "1,5", "seed": 7, "integration": "test"}
    ask(emulator, "PATCH", "", settings)
    ask(emulator, "PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
    ask(emulator, "POST", "faults", {"kind": "duplicate", "after": 10, "times": 1})
    emulator.aplyid.open_case(activity__external_id="sent", client__external_id="client-1")
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}, {"check_type": "IDV"}], delete_after=30)
    emulator.sphinxhq.open_case(webhook_url=f"http://127.0.0.1:{free_port()}/")
    ask(emulator, "POST", "clock/advance", {"seconds": 61})
    emulator.sphinxhq.open_case(delete_after=0)
    emulator.aplyid.open_case(client__name="Jo Stuck")
    ask(emulator, "POST", "clock/advance", {"seconds": 1})
    emulator.aplyid.open_case(activity__external_id="open", client__external_id="client-1")
    ask(emulator, "POST", "outcomes/next", {"outcome": "REJECTED", "provider": "sphinxhq", "times": 3})
    ask(emulator, "POST", "outcomes/rules", {"when": {"client.name": {"contains": "Jo"}}, "outcome": "denied"})
    ask(emulator, "POST", "outcomes/rules", {"provider": "sphinxhq", "risk_score": 0.5, "delay": 5, "outcome": "stuck"})
    ask(emulator, "POST", "faults", {"kind": "latency", "seconds": 0, "path": "/api", "times": 5, "probability": 0.5})
    ask(emulator, "POST", "faults", {"kind": "status", "status": 500, "body": {"a": [1]}, "when": {"never": "this"}})


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Emulator, str]]:
    """An emulator for these tests alone, and a receiver."""
    with receiving() as receiver, served() as emulator:
        yield emulator, receiver.url


@pytest.fixture
def full(emulator: Emulator) -> Iterator[Emulator]:
    """A sandbox that holds something of everything."""
    with receiving() as receiver:
        fill(emulator, receiver.url)
        yield emulator


# There and back ----------------------------------------------------------------------------------------------------


def test_what_was_taken_comes_back_as_it_was(full: Emulator) -> None:
    document, before = take(full), seen(full)
    full.sphinxhq.create()
    ask(full, "POST", "clock/advance", {"duration": "P20D"})
    ask(full, "PATCH", "", {"default_outcome": "denied", "integration": None})
    assert seen(full) != before
    assert restore(full, document).json() == {"restored": full.sandbox}
    assert (seen(full), without_head(take(full))) == (before, without_head(document))


def test_the_journal_may_stay(full: Emulator) -> None:
    document, count = take(full), ask(full, "GET", "requests")["count"]
    assert (full.control("POST", "restore?journal=keep", document).status_code, count > 0) == (200, True)
    assert ask(full, "GET", "requests")["count"] == count
    assert restore(full, document).status_code == 200
    assert ask(full, "GET", "requests")["count"] == 0
    assert full.control("POST", "restore?journal=burn", document).status_code == 422


@pytest.mark.parametrize("elsewhere", ["another sandbox", "another emulator"])
def test_it_can_be_brought_elsewhere(full: Emulator, two: tuple[Emulator, str], elsewhere: str) -> None:
    document, before = take(full), seen(full)
    there = full.of(f"{full.sandbox[:50]}-other") if elsewhere == "another sandbox" else two[0].of("brought")
    assert restore(there, document).status_code == 200
    assert (seen(there), without_head(take(there))) == (before, without_head(document))
    assert seen(full) == before


def test_a_restored_sandbox_goes_on_where_it_was(full: Emulator) -> None:
    document = take(full)
    lives = []
    for _ in range(2):
        assert restore(full, document).status_code == 200
        case = full.aplyid.open_case(client__external_id="client-1", client__name="Jo Wu")
        rule = ask(full, "GET", f"cases/aplyid/{case['case_id']}")["rule"]
        added = ask(full, "POST", "faults", {"kind": "drop", "provider": "sphinxhq"})["id"]
        happened = ask(full, "POST", "clock/advance", {"seconds": 120})["happened"]
        lives.append((case["case_id"], case["client"]["id"], rule, added, happened))
    assert lives[0] == lives[1]
    assert lives[0][:4] == (1027, 8843, "rule r2", "f6")
    attempts = [event for event in lives[0][4] if event["kind"] == "delivery_attempted"]
    assert [event["state"] for event in attempts].count("failed") == 1  # the third and last attempt of a dead receiver


def test_its_test_key_goes_on_expiring(full: Emulator) -> None:
    document = take(full)
    ask(full, "PATCH", "", {"integration": "live"})
    restore(full, document)
    ask(full, "POST", "clock/advance", {"duration": "P30D"})
    assert full.aplyid.create().status_code == 401
    assert restore(full, document).status_code == 200
    assert full.aplyid.create().status_code == 201


@pytest.mark.parametrize(
    ("set_to", "clock"),
    [
        ({"mode": "real"}, None),
        ({"mode": "frozen", "at": NEW_YEAR}, {"at": NEW_YEAR, "factor": 0}),
        ({"mode": "scaled", "at": NEW_YEAR, "factor": 0.001}, {"factor": 0.001}),
    ],
)
def test_each_kind_of_clock_comes_back(emulator: Emulator, set_to: Document, clock: Document | None) -> None:
    ask(emulator, "PATCH", "clock", set_to)
    document = take(emulator)
    if clock is None:
        assert document["clock"] is None
    else:
        assert document["clock"].items() >= clock.items()
    ask(emulator, "POST", "clock/advance", {"duration": "P1D"})
    assert restore(emulator, document).status_code == 200
    read = ask(emulator, "GET", "clock")
    assert read["mode"] == set_to["mode"]
    assert clock is None or read["now"].startswith("2030-01-01T00:00")


def test_values_of_all_kinds_come_back(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})  # nothing moves while it is compared
    deep: Any = "core"
    for _ in range(55):
        deep = {"d": [deep]} if isinstance(deep, str) else {"d": deep}
    emulator.sphinxhq.open_case(
        customer={"full_name": "\u4e2d \u00e4 \U0001f600"},
        notes="line\nbreak \u2028 'quote' \"",
        checks=[{"check_type": "PEP", "input_details": {"deep": deep, "big": 10**30, "f": 0.1}}],
    )
    document, before = take(emulator), emulator.sphinxhq.get("1/").text
    assert restore(emulator, document).status_code == 200
    assert (emulator.sphinxhq.get("1/").text, without_head(take(emulator))) == (before, without_head(document))


def test_an_answer_that_is_no_text_comes_back(emulator: Emulator) -> None:
    def answer_bytes(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(500)
        handler.send_header("Content-Length", "3")
        handler.end_headers()
        handler.wfile.write(b"\xff\x00\xfe")

    with receiving(answer_bytes) as receiver:
        emulator.control("PATCH", "", {"retry": "once"})
        emulator.sphinxhq.open_case(webhook_url=receiver.url)
        wait_until(lambda: ask(emulator, "GET", "deliveries?state=failed")["count"] == 1)
    document = take(emulator)
    assert document["attempts"][0]["answer"] == {"base64": "/wD+"}
    assert restore(emulator, document).status_code == 200
    assert take(emulator)["attempts"] == document["attempts"]


def test_what_is_under_way_is_due_again_where_it_is_restored(emulator: Emulator) -> None:
    held = threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        status(500)(handler)

    with receiving(hold, status(200)) as receiver:
        emulator.sphinxhq.open_case(webhook_url=receiver.url)
        first = receiver.next()
        document = take(emulator)
        assert document["deliveries"][0]["state"] == "scheduled"
        there = emulator.of(f"{emulator.sandbox[:50]}-other")
        assert restore(there, document).status_code == 200
        assert receiver.next().body == first.body
        [told] = there.wait("deliveries/wait")["deliveries"]
        assert told["state"] == "delivered"
        held.set()


def test_no_webhook_of_the_old_life_starts_after_a_restore_has_answered(emulator: Emulator) -> None:
    with receiving() as receiver:
        ask(emulator, "PATCH", "", {"webhook_url": receiver.url})
        document = take(emulator)
        for life in range(5):
            for number in range(40):
                emulator.aplyid.open_case(activity__external_id=f"{life}-{number}")
            assert restore(emulator, document).status_code == 200
            while not receiver.nothing_came():
                receiver.next()
            emulator.aplyid.open_case(activity__external_id="new life")
            assert receiver.next().json["external_id"] == "new life"
            restore(emulator, document)


def test_a_restore_lets_those_go_who_are_held_up(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"seed": 1})
    document = take(emulator)
    ask(emulator, "POST", "faults", {"kind": "latency", "seconds": 30, "times": 2})
    codes: list[int] = []
    mine = Emulator(emulator.url, emulator.sandbox)
    held = threading.Thread(target=lambda: codes.append(mine.sphinxhq.get().status_code))
    held.start()
    wait_until(lambda: ask(emulator, "GET", "faults")["faults"][0]["times"] == 1)
    restore(emulator, document)
    held.join(PATIENCE)
    assert codes == [200]


def test_one_that_was_never_used_has_no_snapshot_but_can_be_restored(full: Emulator) -> None:
    there = full.of(f"{full.sandbox[:50]}-newborn")
    answer = there.control("GET", "snapshot")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert restore(there, take(full)).status_code == 200
    assert there.aplyid.create().status_code == 201


def test_its_journal_begins_anew(full: Emulator) -> None:
    restore(full, take(full))
    assert ask(full, "GET", "requests?direction=both")["count"] == 0


# What is refused ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taken(two: tuple[Emulator, str]) -> Document:
    """A document with at least one row in every table, and the sandbox it was taken of."""
    emulator, hook = two
    fill(emulator.of("taken"), hook)
    document = take(emulator.of("taken"))
    assert [table for table in TABLES if not document[table]] == []
    return document


@pytest.fixture
def victim(two: tuple[Emulator, str]) -> Iterator[Emulator]:
    """A sandbox that must stay as it is."""
    victim = two[0].of("victim")
    ask(victim, "PATCH", "", {"seed": 5})
    before = without_head(take(victim))
    yield victim
    assert without_head(take(victim)) == before


def refusal(emulator: Emulator, document: Any) -> str:
    answer = restore(emulator, document)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json"), answer.text
    return str(answer.json()["detail"])


WRONG: dict[str, list[Any]] = {
    "text": [5, None, [], {}, True, "\ud800"],
    "whole": ["5", None, 1.5, True, [], 2**63, -(2**63) - 1],
    "number": ["x", None, [], True, 10**400],
    "moment": [5, None, "yesterday", "2030-01-01T00:00:00", "", [], "99999-01-01T00:00:00Z"],
    "object": [5, None, "x", [], True],
    "texts": [5, None, "x", [], {"a": 5}, {"a": None}],
    "names": [5, None, "x", {}, [5]],
    "bytes": [5, None, [], True, {}, {"base64": 5}, {"base64": "\u00e4"}, {"base64": "a"}],
}
COLUMNS = [(table, column, kind) for table, columns in TABLES.items() for column, kind in columns.items()]


@pytest.mark.parametrize(("table", "column", "kind"), COLUMNS)
def test_a_value_of_the_wrong_type_is_refused(
    victim: Emulator, taken: Document, table: str, column: str, kind: str
) -> None:
    for wrong in WRONG[kind.rstrip("?")]:
        if wrong is None and kind.endswith("?"):
            continue
        document = copy.deepcopy(taken)
        document[table][0][column] = wrong
        assert refusal(victim, document).startswith(f"nothing was restored: {table}: ")
    document = copy.deepcopy(taken)
    del document[table][0][column]
    assert column in refusal(victim, document)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_a_list_of_rows_with_known_columns(victim: Emulator, taken: Document, table: str) -> None:
    for wrong in (None, {}, "x", [5], [None], [[]]):
        assert table in refusal(victim, {**taken, table: wrong})
    assert table in refusal(victim, {name: value for name, value in taken.items() if name != table})
    assert "more" in refusal(victim, {**taken, table: [{**taken[table][0], "more": 1}]})


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_there_twice(victim: Emulator, taken: Document, table: str) -> None:
    assert table in refusal(victim, {**taken, table: [*taken[table], taken[table][0]]})


@pytest.mark.parametrize("table", ["clients", "cases", "deliveries"])
def test_nothing_can_belong_to_what_is_not_there(victim: Emulator, taken: Document, table: str) -> None:
    told = refusal(victim, {**taken, table: []})
    assert "belong to something that is not in it" in told or "contradict" in told


# What a snapshot of schema 1 did not have.
SINCE_SCHEMA_1 = {
    "clients": ("retention_days",),
    "documents": (
        *("name", "media_type", "size", "digest", "case_id", "check_id", "client_id", "retention_days"),
        *("updated_at", "expires_at"),
    ),
    "cases": ("revision", "archived_at", "replaces"),
    "checks": ("retention_days", "expires_at"),
    "attempts": ("answer_headers",),
}


def test_a_snapshot_of_schema_1_still_opens(full: Emulator) -> None:
    taken = full.control("GET", "snapshot").json()
    old = {**taken, "schema": 1}
    for table, added in SINCE_SCHEMA_1.items():
        old[table] = [{name: value for name, value in row.items() if name not in added} for row in taken[table]]
    assert full.control("POST", "restore", old).ok
    again = full.control("GET", "snapshot").json()
    assert again["schema"] == 3
    assert {table: again[table] for table in ("cases", "checks", "clients")} == {
        table: taken[table] for table in ("cases", "checks", "clients")
    }
    [document] = [row for row in again["documents"] if row["id"] == 123]
    assert (document["name"], document["updated_at"]) == ("sample.pdf", document["created_at"])
    assert full.sphinxhq.get("?page_size=100").json()["count"] == len(
        [row for row in again["cases"] if row["provider"] == "sphinxhq"]
    )


def test_the_schema_must_be_the_one_that_is_known(victim: Emulator, taken: Document) -> None:
    for schema in (0, 4, 999, -1, "1", None, True, [], 1.5):
        assert "this emulator reads schema 1 to 3" in refusal(victim, {**taken, "schema": schema})
    assert "schema 1" in refusal(victim, {name: value for name, value in taken.items() if name != "schema"})
    assert refusal(victim, {}) != ""


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("cases", {"state": "asleep"}),
        ("cases", {"outcome": "maybe"}),
        ("cases", {"ending": "maybe"}),
        ("cases", {"provider": "nobody"}),
        ("deliveries", {"state": "asleep"}),
        ("deliveries", {"state": "in_flight"}),
        ("deliveries", {"state": "scheduled", "due_at": None}),
        ("deliveries", {"body": {"base64": "/wD+"}}),
        ("deliveries", {"provider": "nobody"}),
        ("checks", {"kind": "HOROSCOPE"}),
        ("checks", {"state": "asleep"}),
        ("cases", {"risk_score": 7.5}),
        ("cases", {"risk_score": -0.1}),
        ("cases", {"planned_risk": 2}),
        ("cases", {"retention_days": 2**62}),
        ("cases", {"takes": 2**62}),
        ("cases", {"archived_at": "1960-01-01T00:00:00Z"}),  # no list would be of the length that it counts
        ("cases", {"replaces": 1025}),  # which is not archived
        ("cases", {"replaces": 9999}),  # which is yet to come
        ("clients", {"retention_days": -(2**63)}),
        ("documents", {"size": -1}),
        ("checks", {"retention_days": -1}),
        ("checks", {"risk_score": 1.5}),
        ("deliveries", {"attempts": -1}),
        ("deliveries", {"slowly": 1e9}),
        ("attempts", {"number": 99}),
        ("attempts", {"took": -1}),
        ("counters", {"next": 0}),
        ("counters", {"next": 1024}),
        ("counters", {"next": 2**63 - 1}),
        ("counters", {"kind": "nothing"}),
    ],
)
def test_what_later_requests_would_stumble_over_is_refused(
    victim: Emulator, taken: Document, table: str, changes: Document
) -> None:
    document = copy.deepcopy(taken)
    document[table][0] |= changes
    assert refusal(victim, document) != ""


def test_a_number_that_json_writes_but_that_is_infinite_is_refused(victim: Emulator, taken: Document) -> None:
    document = copy.deepcopy(taken)
    document["checks"][0]["risk_score"] = "huge"
    assert send(victim, json.dumps(document).replace('"huge"', "1e400").encode()) == 422


def test_details_that_lack_everything_are_read_as_what_was_not_sent(two: tuple[Emulator, str], taken: Document) -> None:
    document, there = copy.deepcopy(taken), two[0].of("without-details")
    for row in [*document["cases"], *document["checks"], *document["clients"]]:
        row["details"] = {}
    assert restore(there, document).status_code == 200
    by_token = {"Authorization": "Bearer test_without-details"}
    for listed in (there.sphinxhq.get(), there.http.get(f"{there.url}/api/cases/", headers=by_token)):
        assert listed.status_code == 200
        assert {case["delete_after"] for case in listed.json()["results"]} == {-1}


@pytest.mark.parametrize(
    "clock",
    [5, "x", [], {}, {"at": NEW_YEAR}, {"at": NEW_YEAR, "factor": "x"}, {"at": NEW_YEAR, "factor": -1},
     {"at": NEW_YEAR, "factor": 1e9}, {"at": 5, "factor": 1}, {"at": "9999-12-31T00:00:00Z", "factor": 0},
     {"at": "0001-01-01T00:00:00Z", "factor": 0}, {"at": "2030-01-01T00:00:00", "factor": 0}],
)  # fmt: skip
def test_a_clock_that_cannot_run_is_refused(victim: Emulator, taken: Document, clock: Any) -> None:
    assert refusal(victim, {**taken, "clock": clock}) != ""


FAULT = {
    "id": "f1",
    "kind": "latency",
    "match": {},
    "until": 4_000_000_000_000_000,
    "times": None,
    "probability": 1.0,
    "seen": 0,
    "settings": {"seconds": 1},
}
PLAN = {"provider": None, "outcome": "denied", "failed": False, "ends": True, "times": 1}


@pytest.mark.parametrize(
    "settings",
    [
        None,
        [],
        "x",
        {"unknown": 1},
        {"delay": -1},
        {"delay": "soon"},
        {"delay": 1e12},
        {"seed": -1},
        {"seed": "x"},
        {"retry": "often"},
        {"pace": "warp"},
        {"pace": "real", "delay": 1},
        {"webhook_url": 5},
        {"webhook_url": "nowhere"},
        {"default_outcome": "maybe"},
        {"integration": "prod"},
        {"key_since": "x"},
        {"key_since": 2**62},
        {"numbered": "x"},
        {"planned": {}},
        {"planned": [{**PLAN, "times": "x"}]},
        {"planned": [{**PLAN, "times": 0}]},
        {"planned": [{**PLAN, "outcome": "maybe"}]},
        {"planned": [{**PLAN, "provider": "nobody"}]},
        {"planned": [{}]},
        {"rules": [5]},
        {"rules": [{"id": "r1"}]},
        {"rules": [{"id": "r1", "outcome": "maybe"}]},
        {"rules": [{"id": "r1", "outcome": "denied", "delay": "x"}]},
        {"rules": [{"id": "r1", "outcome": "denied", "when": {"a": {"like": 1}}}]},
        {"rules": [{"id": "r1", "outcome": "denied", "provider": "nobody"}]},
        {"rules": [{"id": "r1", "outcome": "denied"}] * 101},
        {"faults": [{}]},
        {"faults": [{**FAULT, "kind": "earthquake"}]},
        {"faults": [{**FAULT, "settings": {"seconds": "x"}}]},
        {"faults": [{**FAULT, "settings": {}}]},
        {"faults": [{**FAULT, "settings": {"seconds": 1, "more": 1}}]},
        {"faults": [{**FAULT, "match": {"when": 5}}]},
        {"faults": [{**FAULT, "match": {"provider": "nobody"}}]},
        {"faults": [{**FAULT, "probability": 2}]},
        {"faults": [{**FAULT, "until": "x"}]},
        {"faults": [{**FAULT, "times": 0}]},
        {"faults": [{**FAULT, "seen": -1}]},
        {"faults": [FAULT] * 101},
    ],
)
def test_settings_that_could_not_have_been_set_are_refused(victim: Emulator, taken: Document, settings: Any) -> None:
    assert refusal(victim, {**taken, "settings": settings}) != ""


def test_settings_that_could_have_been_set_are_taken_as_they_would_have_been(
    two: tuple[Emulator, str], taken: Document
) -> None:
    there = two[0].of("taken-too")
    fault = {**FAULT, "settings": {"seconds": "0.01"}, "probability": "1"}
    assert restore(there, {**taken, "settings": {"planned": [PLAN], "faults": [fault], "pace": "instant"}}).ok
    assert there.aplyid.create().status_code == 201
    assert take(there)["settings"]["faults"] == [{**FAULT, "settings": {"seconds": 0.01}, "seen": 1}]


def send(emulator: Emulator, body: bytes, **headers: str) -> int:
    url = f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}/restore"
    return emulator.http.post(url, data=body, headers={"Content-Type": "application/json"} | headers).status_code


def test_what_is_no_json_or_too_much_is_refused(victim: Emulator, taken: Document) -> None:
    whole = json.dumps(taken).encode()
    for body in (b"", b"{", whole[:-1], b"\xff", b"[" * 100_000, whole.replace(b'"schema"', b'"schema": NaN, "x"', 1)):
        assert send(victim, body) in (400, 422)
    assert send(victim, b"[]") == 422
    assert send(victim, whole[:-1] + b', "deep": ' + b'{"a":' * 80 + b"1" + b"}" * 81) == 400
    assert send(victim, whole + b" " * (LARGEST - len(whole) + 1)) == 413
    assert send(victim, b"!!python/object:os.system", **{"Content-Type": "application/yaml"}) == 415


def test_one_too_large_to_be_restored_is_not_handed_out(emulator: Emulator) -> None:
    for _ in range(9):
        emulator.sphinxhq.open_case(notes="x" * 1_000_000)
    answer = emulator.control("GET", "snapshot")
    assert (answer.status_code, str(LARGEST) in answer.json()["detail"]) == (409, True)
