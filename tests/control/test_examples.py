"""Every example of a request in every document is sent as it stands there, and is refused by nobody."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
import requests

from tests.documents import NAMES, Document, document
from tests.emulators import Emulator, fixture, served
from tests.waiting import wait_until

HOOK, NOBODY = "http://localhost:3000/webhooks", "http://localhost:9/"  # perhaps somebody listens on the first
KEYS = {"aplyid": {"X-Workflow-Access-Key": "test_default"}, "sphinxhq-first": {"Cookie": "sessionid=test_default"}}
TOKEN = {"Authorization": "Bearer test_default"}
FIXTURES = {
    file.name.removesuffix(".json"): provider
    for provider in ("aplyid", "sphinxhq")
    for file in files(f"emulator.fixtures.{provider}").iterdir()
}
LATE = 408  # a wait in vain: what the example asks for does not come


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    """An emulator with every route, whose cases go on until the test is over."""
    with served(demo=True, delay=3600) as emulator:
        yield emulator


def resolved(described: Document, part: dict[str, Any]) -> dict[str, Any]:
    return described.at(*part["$ref"].removeprefix("#/").split("/")) if "$ref" in part else part


def examples_of(part: dict[str, Any]) -> dict[str, Any]:
    """The examples of a parameter or a body, by name."""
    single = {"example": part["example"]} if "example" in part else {}
    return single | {name: example["value"] for name, example in part.get("examples", {}).items()}


def prepare(emulator: Emulator, path: str, example: str) -> str:
    """Empty the sandbox and make what a request may speak of; return the id of a webhook."""
    assert emulator.control("POST", "reset", {}).ok
    if example in FIXTURES:
        for before in fixture(FIXTURES[example], example).get("before", ()):
            assert send(emulator, before["method"], before["path"], before["headers"], before["body"]).ok
        return ""
    if "{fault_id}" in path:  # rules and faults are numbered together
        assert emulator.control("POST", "faults", {"kind": "drop"}).ok
    assert emulator.control("POST", "outcomes/rules", {"when": {"client.name": "Nobody"}, "outcome": "denied"}).ok
    if path.endswith("/redeliver"):
        assert emulator.control("PATCH", "", {"webhook_url": NOBODY, "retry": "once"}).ok
    for _ in range(2):  # one that runs and one that ended
        emulator.aplyid.open_case(activity__external_id="order-9281")
    assert emulator.control("POST", "cases/aplyid/1025/complete", {"outcome": "denied"}).ok
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    if "{fault_id}" in path:
        return ""
    wait_until(lambda: bool(settled(emulator)))
    return settled(emulator)[0]


def settled(emulator: Emulator) -> list[str]:
    """The ids of the webhooks that are kept, or were sent in vain."""
    deliveries = emulator.control("GET", "deliveries").json()["deliveries"]
    return [each["id"] for each in deliveries if each["state"] in ("inbox", "failed")]


def send(
    emulator: Emulator, method: str, path: str, headers: dict[str, str], body: Any, query: Any = None
) -> requests.Response:
    text = None if body is None else json.dumps(body).replace(HOOK, NOBODY)
    named = headers if body is None else {"Content-Type": "application/json", **headers}
    return emulator.http.request(method, emulator.url + path, data=text, headers=named, params=query)


def refusals(emulator: Emulator, name: str, place: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """What is refused of the examples of an operation: each body, and each parameter of the query by itself."""
    described, (_, path, method) = document(name), place
    operation = described.at(*place)
    parameters = [resolved(described, parameter) for parameter in operation.get("parameters", ())]
    values = {(each["in"], each["name"]): value for each in parameters for value in examples_of(each).values()}
    contents = resolved(described, operation.get("requestBody", {})).get("content", {})
    bodies = [example for media in contents.values() for example in examples_of(media).items()]
    queries = [{key: json.dumps(value).strip('"')} for (where, key), value in values.items() if where == "query"]
    assert len(bodies) >= len(contents), f"{method} {path} has no example of its body"
    for query, (example, body) in product(({}, *queries), bodies or [("", None)]):
        here = values | {("path", "delivery_id"): prepare(emulator, path, example)}
        patience = {} if "/wait" not in path or "timeout" in query else {"timeout": 0}
        headers = {} if name == "control" else KEYS.get(name, TOKEN)
        answer = send(emulator, method, filled(path, here), headers, body, query | patience)
        if answer.status_code >= 400 and not (patience and answer.status_code == LATE):
            yield method, path, query, example, answer.status_code, answer.text


def filled(path: str, values: Mapping[tuple[str, str], object]) -> str:
    """The path with the examples of its arguments in it."""
    return re.sub(r"{(\w+)}", lambda found: str(values["path", found[1]]), path)


@pytest.mark.parametrize("name", NAMES)
def test_no_example_of_a_request_is_refused(demo: Emulator, name: str) -> None:
    places = list(document(name).operations())
    assert places
    assert [refused for place in places for refused in refusals(demo, name, place)] == []
