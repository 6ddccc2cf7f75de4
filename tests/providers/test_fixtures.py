"""The served emulator answers every exchange of fixtures/ as it stands there, and each says where it comes from."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
import requests

from tests.docs.test_errors import error_rows
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, compact, fixture, served
from tests.receivers import Receiver, receiving

DELAY = 60
ADDRESS, HOOK = "http://127.0.0.1:8642", "http://localhost:3000/webhooks"
FIXTURES = [
    (provider, file.name.removesuffix(".json"))
    for provider in ("aplyid", "sphinxhq")
    for file in sorted(files(f"emulator.fixtures.{provider}").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".json")
]
PRINTED = [("aplyid", "create_case"), ("sphinxhq", "create_case_full"), ("sphinxhq", "create_case_short")]
PRINTED_ERRORS = [
    ("aplyid", f"error_{what}")
    for what in ("unauthorized", "client_missing", "activity_missing", "name_blank", "client_type")
]
KEYS = ["about", "source", "printed", "varies", "before", "request", "answer", "webhook"]
WORDS = {"printed", "documented", "framework", "assumed"}
SOURCES = {"request": {"printed", "documented", "ours"}, "answer": WORDS, "webhook": WORDS}
README = (files("emulator.fixtures") / "README.md").read_text("utf-8")
every_fixture = pytest.mark.parametrize(("provider", "name"), FIXTURES)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def fresh(receiver: Receiver) -> Iterator[Emulator]:
    """An emulator whose webhooks go to the receiver; `play` empties it before each exchange."""
    with served(webhook_url=receiver.url, delay=DELAY) as emulator:
        yield emulator


def send(emulator: Emulator, request: Mapping[str, Any]) -> requests.Response:
    text = request.get("text", json.dumps(request["body"]) if "body" in request else None)
    return emulator.http.request(
        request["method"],
        emulator.url + request["path"],
        headers=request["headers"],
        data=text,
        allow_redirects=False,
    )


def play(emulator: Emulator, receiver: Receiver, exchange: Mapping[str, Any]) -> requests.Response:
    """Send the requests of an exchange to an emptied sandbox; return the last answer."""
    assert emulator.control("POST", "reset", {}).ok
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2026-01-01T00:00:00Z"})
    for request in exchange.get("before", ()):
        assert send(emulator, request).ok
    return send(emulator, exchange["request"])


def here(emulator: Emulator, receiver: Receiver, exchange: Mapping[str, Any]) -> dict[str, Any]:
    """The exchange with the addresses of this test in it."""
    text = json.dumps(exchange).replace(ADDRESS, emulator.url).replace(HOOK, receiver.url)
    found: dict[str, Any] = json.loads(text)
    return found


def put(document: Any, pointer: str, value: Any) -> Any:
    """Put a value at a JSON Pointer and return the one that was there."""
    *way, last = pointer.removeprefix("/").split("/")
    for step in way:
        document = document[int(step) if isinstance(document, list) else step]
    key = int(last) if isinstance(document, list) else last
    before = document[key]
    document[key] = value
    return before


def steady(exchange: Mapping[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What was told, with the values that vary taken from the fixture if they are of the same type."""
    for pointer in exchange.get("varies", ()):
        part = pointer.split("/")[1]
        if part in told:
            expected = put(json.loads(json.dumps(exchange)), pointer, None)
            assert type(put(told, pointer, expected)) is type(expected), pointer
    return told


@every_fixture
def test_the_emulator_answers_as_the_fixture_says(
    fresh: Emulator, receiver: Receiver, provider: str, name: str
) -> None:
    exchange = here(fresh, receiver, fixture(provider, name))
    answer, expected = play(fresh, receiver, exchange), exchange["answer"]
    assert answer.status_code == expected["status"]
    assert {header: answer.headers.get(header) for header in expected.get("headers", {})} == expected.get("headers", {})
    if "body" in expected:
        told = steady(exchange, {"answer": {"body": answer.json()}})["answer"]["body"]
        assert compact(told) == compact(expected["body"])  # the order of keys too
    else:
        assert answer.text == ""
    check_webhook(fresh, receiver, exchange)


def check_webhook(emulator: Emulator, receiver: Receiver, exchange: Mapping[str, Any]) -> None:
    """The webhook that arrives is the one of the exchange; where it has none, only those of earlier requests arrive."""
    expected = exchange["webhook"]
    emulator.control("POST", "clock/advance", {"seconds": DELAY})
    opened = [request for request in exchange.get("before", ()) if request["path"] in (APLYID_PATH, SPHINXHQ_PATH)]
    arrived = [receiver.next() for _ in range(len(opened) + (expected is not None))]
    assert receiver.nothing_came()
    if expected is not None:
        # A case that had finished and was opened again sends a second one, which is meant.
        *_, webhook = [webhook for webhook in arrived if number_of(webhook.json) == number_of(expected["body"])]
        headers = {header: webhook.header(header) for header in expected["headers"]}
        told = steady(exchange, {"webhook": {"headers": headers, "body": webhook.json}})["webhook"]
        assert compact(told) == compact(expected)


def number_of(body: Mapping[str, Any]) -> object:
    """The id of the case that a webhook is about."""
    return body.get("case_id", body.get("id"))


@pytest.mark.parametrize(("provider", "name"), PRINTED)
def test_the_printed_requests_are_accepted_word_for_word(
    fresh: Emulator, receiver: Receiver, provider: str, name: str
) -> None:
    exchange = fixture(provider, name)
    replaced = [pointer for pointer in exchange["printed"] if pointer.startswith("/request/body")]
    for pointer in replaced:
        put(exchange, pointer, exchange["printed"][pointer])
    assert play(fresh, receiver, exchange).status_code == 201


@every_fixture
def test_a_fixture_has_the_keys_of_the_format_and_says_where_each_part_comes_from(provider: str, name: str) -> None:
    exchange = fixture(provider, name)
    assert [key for key in KEYS if key in exchange] == list(exchange)
    assert {"request", "answer"} <= set(exchange["source"])
    assert all(word in SOURCES[part] for part, word in exchange["source"].items())
    assert exchange["webhook"] is None or "webhook" in exchange["source"]
    assert ("printed" in exchange["source"].values()) == ((provider, name) in PRINTED + PRINTED_ERRORS)
    for pointer in (*exchange.get("printed", {}), *exchange.get("varies", ())):
        put(exchange, pointer, None)  # it leads somewhere


@every_fixture
def test_its_webhooks_go_where_a_user_can_listen(provider: str, name: str) -> None:
    urls = re.findall(r'"webhook_url": ?"([^"]*)"', json.dumps({**fixture(provider, name), "printed": {}}))
    assert set(urls) <= {HOOK}


@pytest.mark.parametrize("row", [row for row in error_rows() if row[1] != 413])
def test_every_documented_error_has_a_fixture(row: tuple[str, int, str]) -> None:
    title, status, printed = row
    body = re.match(r"`(\{.*?\})`", printed)
    provider = {"APLYiD": "aplyid", "Sphinx": "sphinxhq"}[title]
    answers = [fixture(provider, name)["answer"] for where, name in FIXTURES if where == provider]
    assert [
        answer
        for answer in answers
        if answer["status"] == status and answer.get("body") == (json.loads(body[1]) if body else None)
    ]


def test_the_readme_of_the_format_names_every_key_word_and_file() -> None:
    words = [*KEYS, *set.union(*SOURCES.values()), *(f"{p}/{n}" for p, n in FIXTURES if not n.startswith("error_"))]
    assert [word for word in words if f"`{word}`" not in README] == []
