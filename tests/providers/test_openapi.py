"""The documents of the two APIs describe what is really sent and answered."""

import json
from importlib.resources import files
from typing import Any

import pytest
from openapi_spec_validator import validate

from emulator.app import PROVIDERS, build_emulator
from emulator.openapi import provider_document
from emulator.providers.sphinxhq.tokens import PATH as TOKEN_PATH
from emulator.settings import Settings
from emulator.web.provider import Provider
from tests.bad_input.answers import send
from tests.bad_input.table import PATHS, Row
from tests.bad_input.test_bad_input import ROWS
from tests.docs.test_errors import error_rows
from tests.documents import NAMES, PROVIDER_NAMES, document, lowered
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, fixture, served
from tests.receivers import Received, receiving

FIXTURES = [
    (provider, file.name.removesuffix(".json"))
    for provider in PROVIDER_NAMES
    for file in files(f"emulator.fixtures.{provider}").iterdir()
    if file.name.endswith(".json")
]
CREATED = [(provider, name) for provider, name in FIXTURES if fixture(provider, name)["answer"]["status"] == 201]
TITLES = {"APLYiD": "aplyid", "Sphinx": "sphinxhq"}
CREATED_BODY = ("paths", SPHINXHQ_PATH, "post", "requestBody", "content", "application/json", "schema")
WEBHOOK = ("webhooks", "case.completed", "post")
JSON_BODY = ("content", "application/json")
CASE_PATH = f"{SPHINXHQ_PATH}{{id}}/"


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_valid(name: str) -> None:
    validate(document(name).content)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_valid_by_the_schema_beside_it(name: str) -> None:
    described = document(name)
    wrong = [
        (place, example, problems)
        for place in described.media()
        for example, told in described.at(*place).get("examples", {}).items()
        if (problems := described.problems(told["value"], *place, "schema"))
    ]
    assert wrong == []


def test_a_read_with_the_example_in_its_path_finds_something(emulator: Emulator) -> None:
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    for path, item in document("sphinxhq").content["paths"].items():
        if "{id}" in path and "get" in item:
            [key] = [told["example"] for told in item["get"]["parameters"] if told["name"] == "id"]
            answer = emulator.http.get(emulator.url + path.format(id=key), cookies=emulator.sphinxhq.cookies)
            assert (path, answer.status_code) == (path, 200)


@pytest.mark.parametrize(("provider", "name"), CREATED)
def test_the_exchanges_that_open_a_case_are_valid_and_are_the_examples(provider: str, name: str) -> None:
    described, exchange = document(provider), fixture(provider, name)
    create = ("paths", exchange["request"]["path"], exchange["request"]["method"].lower())
    webhook = exchange["webhook"]
    for place, body in (
        ((*create, "requestBody", *JSON_BODY), exchange["request"]["body"]),
        ((*create, "responses", "201", *JSON_BODY), exchange["answer"]["body"]),
        *([((*WEBHOOK, "requestBody", *JSON_BODY), webhook["body"])] if webhook else []),
    ):
        assert described.problems(body, *place, "schema") == []
        assert described.at(*place, "examples", name) == {"value": body}
    if webhook:
        assert webhook_problems(provider, webhook["headers"], webhook["body"]) == []


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDER_NAMES)
def test_real_answers_to_all_kinds_of_bad_input_are_as_described(shared_emulator: Emulator, provider: str) -> None:
    rows = [row for row in ROWS if row.provider == provider]
    wrong = {}
    for number, row in enumerate(rows):
        emulator = shared_emulator.of(f"openapi-{provider}-{number}")
        told = send(emulator, row.request)
        if told.status == 0 or not speaks_for_the_service(told.headers):
            continue
        found = document(provider).check_answer(PATHS[provider], method_of(row), told.status, told.headers, told.body)
        if found:
            wrong[row.id] = (told.status, found)
    assert wrong == {}


def method_of(row: Row) -> str:
    """The operation whose answers cover the row: reads have their own, all else is Create Case gone wrong."""
    return "get" if row.provider == "sphinxhq" and row.request.startswith(b"GET ") else "post"


def speaks_for_the_service(headers: dict[str, str]) -> bool:
    """Is it an answer of the API, and not one of the server or the guard before it?"""
    return not headers.get("content-type", "").startswith(("text/plain", "application/problem+json"))


def webhook_problems(provider: str, headers: dict[str, str], body: Any) -> list[str]:
    """What is wrong with a webhook by its document."""
    described, sent = document(provider), lowered(headers)
    named = {p["name"].lower(): place for place, p in enumerate(described.at(*WEBHOOK).get("parameters", []))}
    missing = [f"no {name}" for name in named if name not in sent]
    wrong = [
        problem
        for name, place in named.items()
        for problem in described.problems_of_part(sent.get(name), described.at(*WEBHOOK, "parameters")[place]["schema"])
    ]
    return [*missing, *wrong, *described.problems(body, *WEBHOOK, "requestBody", *JSON_BODY, "schema")]


def received(webhook: Received) -> tuple[dict[str, str], Any]:
    return dict(webhook.headers), webhook.json


@pytest.mark.parametrize("surname", ["Approved", "Denied", "Undecided", "Failed"])
def test_real_webhooks_are_as_described(surname: str) -> None:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        emulator.aplyid.open_case(client__name=f"John {surname}")
        assert webhook_problems("aplyid", *received(receiver.next())) == []
        checks = [{"check_type": "PEP", "input_details": {"a": [1]}}, {"check_type": "IDV"}]
        emulator.sphinxhq.open_case(
            customer={"full_name": f"Mary {surname}"}, checks=checks, webhook_url=f"{receiver.url}/hook"
        )
        assert webhook_problems("sphinxhq", *received(receiver.next())) == []


def test_real_reads_are_as_described(emulator: Emulator) -> None:
    for name in ("create_case_full", "create_case_short"):
        emulator.sphinxhq.post(fixture("sphinxhq", name)["request"]["body"])
    emulator.control("POST", "clock/settle", {})
    for query in ("", "?page_size=1", "?page_size=1&page=last", "?page=9", "?outcome=X&customer_id=y", "?format=xml"):
        assert problems_of_read(emulator, query, SPHINXHQ_PATH) == []
    for key in ("1/", "9/", "x/", "1/?format=xml"):
        assert problems_of_read(emulator, key, CASE_PATH) == []


def problems_of_read(emulator: Emulator, path: str, described_at: str) -> list[str]:
    told = emulator.sphinxhq.get(path)
    return document("sphinxhq").check_answer(described_at, "get", told.status_code, lowered(told.headers), told.text)


@pytest.mark.parametrize(("provider", "switch"), [("sphinxhq", "check-errors=dict"), ("aplyid", "case-url=real")])
def test_a_switched_emulator_answers_as_described(provider: str, switch: str) -> None:
    path = PATHS[provider]
    with served(switch=(f"{provider}.{switch}",)) as emulator:
        told = (
            emulator.aplyid.create()
            if provider == "aplyid"
            else emulator.sphinxhq.create(checks=[{"check_type": "PEP"}, {"check_type": "X", "document_ids": ["a"]}])
        )
    found = document(provider).check_answer(path, "post", told.status_code, lowered(told.headers), told.text)
    assert (found, told.status_code) == ([], 201 if provider == "aplyid" else 400)


@pytest.mark.parametrize(("title", "status", "told"), error_rows())
def test_every_printed_error_is_described(title: str, status: int, told: str) -> None:
    described = document(TITLES[title])
    answers = [
        described.at(*described.response(path, method, status))
        for _, path, method in described.operations()
        if str(status) in described.at("paths", path, method, "responses")
    ]
    assert answers
    if told.startswith("nothing"):
        assert all(a["content"]["text/html"]["schema"]["maxLength"] == 0 for a in answers)
        return
    body, _ = json.JSONDecoder().raw_decode(told.removeprefix("`"))
    examples = [e["value"] for a in answers for e in a["content"]["application/json"]["examples"].values()]
    assert body in examples


@pytest.mark.parametrize("provider", PROVIDER_NAMES)
def test_every_property_says_how_sure_it_is(provider: str) -> None:
    described = document(provider)
    marks = dict(properties(described.at("components", "schemas")))
    assert len(marks) > 20
    assert {place: told for place, told in marks.items() if not told} == {}
    for _, path, method in described.operations():
        for parameter in described.at("paths", path, method).get("parameters", []):
            assert {**parameter["schema"], **parameter}["x-fidelity"]


def properties(value: Any, place: str = "") -> list[tuple[str, str | None]]:
    """Every property below there, with its mark."""
    if isinstance(value, list):
        return [mark for number, part in enumerate(value) for mark in properties(part, f"{place}/{number}")]
    if not isinstance(value, dict):
        return []
    found = [mark for key, part in value.items() for mark in properties(part, f"{place}/{key}")]
    if place.endswith(("/if", "/then", "/if/not")):
        return []  # these rule, and describe nothing
    named = value.get("properties")
    return found + [(f"{place}/{name}", part.get("x-fidelity")) for name, part in named.items()] if named else found


@pytest.mark.parametrize("provider", PROVIDER_NAMES)
def test_an_answer_with_one_key_more_or_less_is_not_as_described(provider: str) -> None:
    described = document(provider)
    name = "create_case" if provider == "aplyid" else "create_case_full"
    body, place = fixture(provider, name)["answer"]["body"], ("components", "schemas", "CaseOut")
    assert described.problems(body, *place) == []
    assert described.problems({**body, "more": 1}, *place)
    for key in described.content["components"]["schemas"]["CaseOut"]["required"]:
        assert described.problems({k: v for k, v in body.items() if k != key}, *place)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "control"])
def test_webhooks_share_no_tag_with_operations(name: str) -> None:
    described = document(name)
    tags = [set(described.at(*place).get("tags", ["default"])) for place in described.operations()]
    for webhook in described.at("webhooks").values():
        assert not set(webhook["post"].get("tags", ["default"])) & set.union(*tags)


def test_the_server_described_is_the_one_that_describes() -> None:
    with served() as emulator:
        told = emulator.http.get(f"{emulator.url}/_emulator/openapi/aplyid.json").json()
    assert told["servers"][0]["url"] == emulator.url
    example = told["paths"][APLYID_PATH]["post"]["responses"]["201"]["content"]["application/json"]["examples"]
    assert example["create_case"]["value"]["case_url"].startswith(f"{emulator.url}/")


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_each_operation_has_its_entry_in_the_document_and_its_route(provider: Provider) -> None:
    described = provider_document.describe(provider, "http://here")
    entries = {
        (method.upper(), path, operation["operationId"])
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }
    known = {(operation.verb, operation.path, operation.name) for operation in provider.operations}
    told = f"name each in `operations` of providers/{provider.name}/__init__.py and in the paths of its openapi.py"
    assert entries == known, told
    built = build_emulator(Settings())
    statuses = {
        str(operation): built.app.test_client().open(operation.path.format(id=1), method=operation.verb).status_code
        for operation in provider.operations
    }
    built.store.close()
    assert not {404, 405} & set(statuses.values()), (
        f"a route is missing in providers/{provider.name}/routes.py: {statuses}"
    )


@pytest.mark.parametrize(("generation", "credential"), [("first", "session"), ("current", "token")])
def test_a_document_of_one_generation_has_its_bodies_and_its_credential_alone(generation: str, credential: str) -> None:
    told = document(f"sphinxhq-{generation}")
    assert list(told.at("components", "securitySchemes")) == [credential]
    assert "anyOf" in document("sphinxhq").at(*CREATED_BODY)
    assert "anyOf" not in told.at(*CREATED_BODY)
    assert (TOKEN_PATH in told.at("paths")) == (generation == "current")
