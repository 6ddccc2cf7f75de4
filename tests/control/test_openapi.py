"""The documents as they are served, and the control API's own against its routes and answers."""

import re
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from flask import Blueprint, Flask

from emulator.app import PROVIDERS, build_emulator, describe
from emulator.control import documents
from emulator.control.context import ControlContext
from emulator.settings import BadSetting, Settings
from tests.documents import NAMES, document, lowered
from tests.emulators import Emulator, served
from tests.receivers import receiving, status

ROOT = "/_emulator"
BOX = f"{ROOT}/sandboxes/{{name}}"


@pytest.fixture(scope="module")
def routes() -> Iterator[set[tuple[str, str, str]]]:
    """Path, verb and view of every route of ours."""
    built = build_emulator(Settings())
    yield {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower(), rule.endpoint.removeprefix("control."))
        for rule in built.app.url_map.iter_rules()
        if rule.rule.startswith(ROOT)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    built.store.close()


def test_every_route_of_ours_is_described_and_no_other(routes: set[tuple[str, str, str]]) -> None:
    assert {(path, method) for _, path, method in document("control").operations()} == {r[:2] for r in routes}


def test_every_view_says_what_it_answers() -> None:
    built = build_emulator(Settings())
    built.app.finish()
    built.store.close()
    views = {name: view for name, view in built.app.view_functions.items() if name.startswith("control.")}
    missing = [name for name, view in views.items() if not hasattr(view, "responds")]
    assert views
    assert missing == [], "put @responds(...) on these views, and their schema into response_schemas.py"


def test_every_route_has_a_summary_an_area_and_a_described_answer(routes: set[tuple[str, str, str]]) -> None:
    described = document("control")
    areas = {tag["name"] for tag in described.content["tags"]}
    for path, method, view in routes:
        operation = described.at("paths", path, method)
        assert operation["operationId"] == view
        assert operation["summary"].endswith((".", "?")), view
        assert set(operation["tags"]) <= areas
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_every_route_that_changes_something_says_what_it_takes(routes: set[tuple[str, str, str]]) -> None:
    described = document("control")
    for path, method, _ in routes:
        body = described.at("paths", path, method).get("requestBody")
        assert (body is None) == (method == "get")
        assert body is None or body["required"] == (method != "delete")


def test_every_parameter_and_body_of_ours_has_an_example_its_schema_takes() -> None:
    described = document("control")
    for place in described.operations():
        operation, (_, path, method) = described.at(*place), place
        for parameter in operation["parameters"]:
            example = parameter.get("example", parameter["schema"].get("enum", [None])[0])
            assert example is not None, f"{method} {path} {parameter['name']}: add it to EXAMPLES"
            assert described.problems_of_part(example, parameter["schema"]) == [], (method, path, parameter["name"])
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            where = (*place, "requestBody", "content", kind, "schema")
            assert described.problems(media["examples"]["example"]["value"], *where) == [], f"{method} {path}: BODIES"


def test_the_token_is_described_and_asked_for_only_where_one_is_set() -> None:
    for token, expected in ((None, [{}, {"token": []}]), ("s3cret", [{"token": []}])):
        described = describe("control", Settings(control_token=token))
        assert described["security"] == expected
        scheme = described["components"]["securitySchemes"]["token"]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        for probe in ("livez", "readyz"):
            assert described["paths"][f"{ROOT}/{probe}"]["get"]["security"] == []


def test_each_ending_is_described_in_the_words_of_its_provider() -> None:
    place = (f"{BOX}/cases/{{provider}}/{{case_id}}/complete", "post", "requestBody", "content", "application/json")
    described = document("control")
    for body in ({"outcome": "denied"}, {"outcome": "REJECTED", "checks": [{"id": 1, "risk_score": 0.9}]}, {}):
        assert described.problems(body, "paths", *place, "schema") == []
    wrong: list[dict[str, Any]] = [{"outcome": "perhaps"}, {"outcome": "denied", "risk_score": 1}, {"checks": [{}]}]
    for body in wrong:
        assert described.problems(body, "paths", *place, "schema")


@pytest.mark.parametrize("name", NAMES)
def test_the_document_served_is_the_one_a_command_would_print(emulator: Emulator, name: str) -> None:
    path = "openapi.json" if name == "control" else f"openapi/{name}.json"
    told = emulator.http.get(f"{emulator.url}{ROOT}/{path}")
    assert (told.status_code, told.headers["Content-Type"]) == (200, "application/json")
    assert told.json() == describe(name, Settings(public_url=emulator.url))


def schemas_in(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document that has a type."""
    if isinstance(part, dict):
        if "type" in part:
            yield part
        for inner in part.values():
            yield from schemas_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from schemas_in(inner)


@pytest.mark.parametrize("name", NAMES)
def test_only_texts_have_bounds_of_texts(name: str) -> None:
    of_texts = {"minLength", "maxLength", "pattern"}
    found = [each for each in schemas_in(document(name).content) if of_texts & each.keys()]
    assert [each for each in found if each["type"] != "string" and "string" not in each["type"]] == []


def test_an_unknown_name_is_told_the_known_ones(emulator: Emulator) -> None:
    told = emulator.http.get(f"{emulator.url}{ROOT}/openapi/nobody.json")
    assert (told.status_code, told.headers["Content-Type"]) == (404, "application/problem+json")
    assert (
        told.json()["detail"]
        == "there is no document nobody; known are aplyid, sphinxhq, sphinxhq-current, sphinxhq-first"
    )
    with pytest.raises(BadSetting, match="did you mean control"):
        describe("contol", Settings())


def test_a_document_is_made_once() -> None:
    made: list[str] = []

    def make(address: str) -> dict[str, Any]:
        made.append(address)
        return {"made": len(made)}

    app, routes = Flask("test"), Blueprint("control", "test")
    one = SimpleNamespace(document=make, document_names=("one",), generation_documents={})
    documents.add_routes(routes, cast(ControlContext, SimpleNamespace(providers={"one": one}, address="here")))
    app.register_blueprint(routes)
    told = [app.test_client().get("/openapi/one.json").json for _ in range(2)]
    assert (told, made) == ([{"made": 1}] * 2, ["here"])


def test_nothing_of_it_is_imported_before_somebody_asks() -> None:
    code = (
        "import sys; from emulator.app import build_emulator; from emulator.settings import Settings; "
        "build_emulator(Settings()).store.close(); sys.exit('apispec' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_answer_of_a_test_s_life_is_as_described(emulator: Emulator) -> None:
    with receiving(status(500), status(200)) as receiver:
        ask = Asking(emulator)
        ask("GET", "")
        ask("PATCH", "", {"webhook_url": receiver.url, "delay": 60, "retry": "1,2", "seed": 7})
        ask("PATCH", "/clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        ask("POST", "/outcomes/next", {"outcome": "denied", "times": 2})
        rule = {"provider": "aplyid", "when": {"client.name": {"contains": "Jo"}}, "outcome": "stuck", "delay": 9}
        for _ in range(2):
            kept = ask("POST", "/outcomes/rules", rule).json()
        ask("DELETE", "/outcomes/rules/{rule_id}", rule_id=kept["id"])
        ask("DELETE", "/outcomes/rules")
        for fault in ({"kind": "latency", "seconds": 0.01, "path": "/api"}, {"kind": "duplicate", "times": 1}):
            planned = ask("POST", "/faults", fault).json()
        ask("GET", "/faults")
        ask("DELETE", "/faults/{fault_id}", fault_id=planned["id"])
        ask("DELETE", "/faults")
        ask("GET", "/outcomes")
        emulator.aplyid.open_case()
        emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
        ask("GET", "/deliveries/wait?expect=none")
        ask("POST", "/clock/advance", {"duration": "PT90S"})
        ask("PATCH", "/clock", {"mode": "scaled", "factor": 60})
        ask("GET", "/clock")
        [first] = ask("GET", "/deliveries?provider=aplyid").json()["deliveries"]
        ask("GET", "/deliveries/{delivery_id}", delivery_id=first["id"])
        ask("POST", "/deliveries/{delivery_id}/redeliver", {}, delivery_id=first["id"])
        ask("GET", "/deliveries/wait?provider=aplyid")
        ask("POST", "/deliveries/{delivery_id}/send-on", {"url": receiver.url}, delivery_id=first["id"])
        for against in ("answer", first["id"]):
            path = f"/deliveries/{{delivery_id}}/differences?against={against}"
            ask("GET", path, delivery_id=first["id"])
        ask("POST", "/webhook-test", {"url": receiver.url})
    for path in ("/inbox", "/inbox/wait"):
        ask("GET", path)
    for provider, body in (("aplyid", {"outcome": "denied"}), ("sphinxhq", {"status": "ERROR"})):
        (emulator.aplyid if provider == "aplyid" else emulator.sphinxhq).open_case()
        case: dict[str, Any] = {"provider": provider, "case_id": 1025 if provider == "aplyid" else 2}
        ask("GET", "/cases")
        ask("GET", "/cases?webhooks=true&state=completed")
        ask("GET", "/samples/{provider}?seed=7", **case)
        ask("POST", "/samples/{provider}", {}, **case)
        ask("GET", "/counts")
        ask("GET", "/providers")
        ask("GET", "/cases/{provider}/{case_id}", **case)
        ask("GET", "/cases/{provider}/{case_id}/checks", **case)
        ask("GET", "/cases/{provider}/{case_id}/documents", **case)
        if provider == "aplyid":
            ask("GET", "/cases/{provider}/{case_id}/link", **case)
        ask("POST", "/cases/{provider}/{case_id}/complete", body, **case)
    ask("GET", "/flows/{provider}/{number}", provider="aplyid", number=5568)
    ask("POST", "/clock/settle", {})
    ask("DELETE", "/outcomes/next")
    emulator.aplyid.create(client__name="")
    for path in ("/requests?direction=both", "/requests/near-misses"):
        ask("GET", path)
    taken = ask("GET", "/snapshot").json()
    ask("POST", "/restore", taken)
    ask("POST", "/reset", {})
    ask("POST", "/sandboxes", {"name": f"{emulator.sandbox[:50]}-more", "pace": "real"}, root=ROOT)
    ask("GET", "/faults", root=ROOT)
    ask("GET", "/metrics", root=ROOT)
    for path in ("/livez", "/readyz", "/sandboxes", "/openapi.json", "/openapi/{document}.json"):
        ask("GET", path, root=ROOT, document=PROVIDERS[0].name)
    with served(demo=True) as demo:
        ask.emulator = demo
        ask("GET", "/receiver", root=ROOT)
        ask("PATCH", "/receiver", {"is_on": False}, root=ROOT)
        ask("PUT", "/story", {"story": "recover", "case_id": 1})
        ask("GET", "/story")
        ask("DELETE", "/story", {})
    assert ask.asked == {(path, method) for _, path, method in document("control").operations()}


def test_every_refusal_is_as_described(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    emulator.wait("deliveries/wait")
    ask = Asking(emulator)
    for method, path, body, code in (
        ("PATCH", "", {"dely": 1}, 422),
        ("PATCH", "", [], 422),
        ("POST", "/reset", None, 415),
        ("GET", "/deliveries/x", None, 404),
        ("GET", "/deliveries/wait?external_id=nobody&timeout=0", None, 408),
        ("GET", "/deliveries/wait?expect=none", None, 409),
        ("GET", "/inbox/wait?timeout=soon", None, 422),
        ("POST", "/clock/advance", {}, 422),
        ("GET", "/cases/nobody/1", None, 404),
    ):
        named = {"delivery_id": "x", "provider": "nobody", "case_id": "1"}
        template = path.replace("/x", "/{delivery_id}").replace("/nobody/1", "/{provider}/{case_id}")
        assert ask(method, template, body, **named).status_code == code, path


class Asking:
    """The control API, asked by path templates; every answer is held against the document."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.asked: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, body: Any = None, root: str = BOX, **named: Any) -> requests.Response:
        template, question, query = f"{root}{path}".partition("?")
        url = self.emulator.url + template.format(name=self.emulator.sandbox, **named) + question + query
        told = self.emulator.http.request(method, url, json=body)
        self.asked.add((template, method.lower()))
        headers = lowered(told.headers)
        found = document("control").check_answer(template, method.lower(), told.status_code, headers, told.text)
        assert found == [], (method, path, told.text)
        if told.ok and body is not None:
            place = ("paths", template, method.lower(), "requestBody", "content", "application/json", "schema")
            assert document("control").problems(body, *place) == []
        return told


@pytest.mark.parametrize(
    ("schema", "allowed", "forbidden"),
    [
        ("LatencyFaultIn", {"kind": "latency", "seconds": 1, "expires_in": 1}, {"expires_in": 0}),
        ("LatencyFaultIn", {"kind": "latency", "seconds": 1, "when": {"a": {"contains": "x"}}}, {"when": {"a": {}}}),
        ("LatencyFaultIn", {"kind": "latency", "seconds": 1, "when": {"a": None}}, {"when": {"a": {"like": "x"}}}),
        ("LatencyFaultIn", {"kind": "latency", "seconds": 1, "times": 2.0}, {"times": 2.5}),
        ("SettingsIn", {"retry": "1,5.5,30", "pace": None, "delay": 1}, {"retry": ""}),
        ("SettingsIn", {"pace": "fast"}, {"delay": 1}),
        ("SettingsIn", {"seed": 0}, {"seed": -1}),
        ("SettingsIn", {"case_configs": {"a": ["PEP"]}}, {"case_configs": {"": ["PEP"]}}),
        ("SettingsIn", {"delay": 31_536_000}, {"delay": 31_536_001}),
        ("ClockIn", {"mode": "scaled", "factor": 2}, {"mode": "frozen"}),
        ("ClockIn", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"}, {"mode": "real"}),
        ("ClockIn", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"}, {"at": "1066-01-01T00:00:00Z"}),
        ("AdvanceIn", {"seconds": 1}, {"duration": "PT1S"}),
        ("AdvanceIn", {"duration": "PT1S"}, {"duration": "P"}),
        ("PlanIn", {"outcome": "no_decision_yet"}, {"outcome": "perhaps"}),
        ("RuleIn", {"outcome": "stuck"}, {"outcome": "perhaps"}),
        ("SampleIn", {"outcome": "REJECTED"}, {"outcome": "rejected"}),
        ("ReceiverIn", {"is_on": False}, {"is_on": 0}),
    ],
)
def test_the_document_and_the_server_refuse_the_same(
    emulator: Emulator, schema: str, allowed: dict[str, Any], forbidden: dict[str, Any]
) -> None:
    way = {
        "LatencyFaultIn": ("POST", "faults"),
        "SettingsIn": ("PATCH", ""),
        "ClockIn": ("PATCH", "clock"),
        "AdvanceIn": ("POST", "clock/advance"),
        "PlanIn": ("POST", "outcomes/next"),
        "RuleIn": ("POST", "outcomes/rules"),
        "SampleIn": ("POST", "samples/sphinxhq"),
    }
    for body, taken in ((allowed, True), ({**allowed, **forbidden}, False)):
        found = document("control").problems(body, "components", "schemas", schema)
        assert (found == []) == taken, (body, found)
        if schema in way:
            told = emulator.control(*way[schema], body)
            assert told.status_code in ((200, 201) if taken else (422,)), (body, told.text)


def test_a_zero_is_not_false(emulator: Emulator) -> None:
    with served(demo=True) as demo:
        told = [demo.http.patch(f"{demo.url}{ROOT}/receiver", json={"is_on": value}) for value in (0, False)]
    assert [answer.status_code for answer in told] == [422, 200]
