"""Every route there is, found by walking the map itself: no stranger acts by it, and reading changes nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from werkzeug.routing import Rule

from emulator.app import build_emulator
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, served, settings
from tests.receivers import receiving
from tests.wire import Answer, request_bytes

CONTROL = "/_emulator"
SAFE, UNSAFE = ("GET", "HEAD", "OPTIONS"), ("POST", "PUT", "PATCH", "DELETE")
STRANGERS = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1.evil.example"}, 421),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
]
# What a page of any site may send without being asked for permission first; None: no Content-Type at all.
SIMPLE = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", None]
# A body with which a route acts; one that is not named here is sent {}.
BODIES: Mapping[str, Any] = {
    "aplyid.cases": {"activity": {"name": "A", "nature": "B"}, "client": {"name": "Jo", "client_type": "company"}},
    "sphinxhq.case_list": {"customer_id": 123},
    "sphinxhq.check_list": {"case_id": 1},
    "sphinxhq.customer_list": {"full_name": "Ada"},
    "sphinxhq.document_list": {"file": "YQ==", "original_name": "a.txt"},
    "control.change_sandbox": {"delay": 1, "default_outcome": "denied"},
    "control.set_clock": {"mode": "scaled", "factor": 10},
    "control.advance_clock": {"seconds": 86_400},
    "control.complete_case": {"outcome": "denied"},
    "control.plan_outcome": {"outcome": "denied"},
    "control.add_rule": {"when": {"client.name": "Jo"}, "outcome": "denied"},
    "control.add_fault": {"kind": "drop", "times": 1},
    "control.create_sandbox": {"name": "walked-another"},
}
ACTING = [  # those that we know of do act when it is no stranger who asks
    ("POST", "aplyid.cases"),
    ("POST", "sphinxhq.case_list"),
    ("POST", "sphinxhq.check_list"),
    ("POST", "sphinxhq.customer_list"),
    ("POST", "sphinxhq.document_list"),
    ("PATCH", "control.change_sandbox"),
    ("POST", "control.reset_sandbox"),
    ("PATCH", "control.set_clock"),
    ("POST", "control.advance_clock"),
    ("POST", "control.complete_case"),
    ("POST", "control.plan_outcome"),
    ("DELETE", "control.forget_plans"),
    ("POST", "control.redeliver"),
    ("POST", "control.add_rule"),
    ("DELETE", "control.remove_rules"),
    ("DELETE", "control.remove_rule"),
    ("POST", "control.add_fault"),
    ("DELETE", "control.clear_faults"),
    ("DELETE", "control.remove_fault"),
    ("POST", "control.create_sandbox"),
]


def all_rules() -> list[Rule]:
    """The map of an application as it is served; Flask's own rules for files would be among them."""
    built = build_emulator(settings())
    built.app.url_map.update()
    built.store.close()
    return list(built.app.url_map.iter_rules())


RULES = all_rules()
CONTROL_RULES = [rule for rule in RULES if rule.rule.startswith(CONTROL)]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.endpoint} {rule.rule}")
every_control_rule = pytest.mark.parametrize("rule", CONTROL_RULES, ids=lambda rule: f"{rule.endpoint} {rule.rule}")


@dataclass
class Prepared:
    """A sandbox in which every route finds something to act upon, and whose clock stands still."""

    emulator: Emulator
    hook: str
    values: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        mine = self.emulator
        self.ask("PATCH", "", {"delay": 60, "webhook_url": self.hook, "seed": 7})
        self.ask("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        mine.aplyid.open_case(activity__external_id="sent")
        mine.sphinxhq.open_case(customer={"full_name": "Kept Chen"})
        self.ask("POST", "clock/advance", {"seconds": 60})
        mine.aplyid.open_case(activity__external_id="open")
        mine.sphinxhq.open_case()
        self.ask("POST", "outcomes/next", {"outcome": "REJECTED", "provider": "sphinxhq", "times": 3})
        rule = self.ask("POST", "outcomes/rules", {"when": {"client.name": "Nobody"}, "outcome": "denied"})
        fault = self.ask("POST", "faults", {"kind": "status", "status": 503, "path": "/never"})
        [sent] = self.ask("GET", "deliveries?external_id=sent")["deliveries"]
        assert sent["state"] == "delivered"
        found = {"name": mine.sandbox, "provider": "aplyid", "case_id": "1025", "delivery_id": sent["id"], "key": "1"}
        self.values = found | {"path": APLYID_PATH.lstrip("/"), "rule_id": rule["id"], "fault_id": fault["id"]}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.emulator.control(method, path, body)
        assert answer.ok, answer.text
        return answer.json()

    def state(self) -> dict[str, Any]:
        """All that is kept of it, and that no sandbox was made beside it."""
        kept: dict[str, Any] = self.emulator.control("GET", "snapshot").json()
        names = self.emulator.http.get(f"{self.emulator.url}{CONTROL}/sandboxes").json()["sandboxes"]
        return kept | {"taken_at": None, "names": names}

    def path(self, rule: Rule) -> str:
        """The rule with what exists in this sandbox put in; something for parameters nobody knows of yet."""
        return re.sub(r"<(?:[^<>]*:)?([^<>:]+)>", lambda match: self.values.get(match[1], "1"), rule.rule)

    def knows(self, rule: Rule) -> bool:
        return rule.arguments <= self.values.keys()

    def send(self, method: str, rule: Rule, headers: Mapping[str, Any], prefix: str = "") -> requests.Response:
        """The request as its rightful sender would send it, but for those headers; None takes one away."""
        body = BODIES.get(rule.endpoint, {})
        asked = requests.Request(method, f"{self.emulator.url}{prefix}{self.path(rule)}", json=body).prepare()
        key = f"test_{self.emulator.sandbox}"
        asked.headers.update({"X-Workflow-Access-Key": key, "Cookie": f"sessionid={key}"})
        for name, value in headers.items():
            asked.headers.pop(name, None)
            if value is not None:
                asked.headers[name] = value
        return self.emulator.http.send(asked, allow_redirects=False)


@pytest.fixture(scope="module")
def served_for_walks() -> Iterator[tuple[Emulator, str]]:
    with receiving() as receiver, served() as emulator:
        yield emulator, receiver.url


@pytest.fixture(scope="module")
def walked(served_for_walks: tuple[Emulator, str]) -> Prepared:
    """One sandbox for all who find that nothing changes in it."""
    return prepared_sandbox(*served_for_walks, "walked")


@pytest.fixture
def acted_upon(served_for_walks: tuple[Emulator, str]) -> Iterator[Prepared]:
    """A sandbox of its own for each test, gone afterwards."""
    prepared = prepared_sandbox(*served_for_walks, "acted-upon")
    yield prepared
    prepared.ask("POST", "reset", {})


def prepared_sandbox(emulator: Emulator, hook: str, name: str) -> Prepared:
    prepared = Prepared(emulator.of(name), hook)
    prepared.prepare()
    return prepared


@every_rule
def test_a_stranger_is_kept_out_of_every_route_by_any_verb(walked: Prepared, rule: Rule) -> None:
    before = walked.state()
    for method in UNSAFE:
        for headers, status in STRANGERS:
            for prefix in ("", "/s/walked") if method == "POST" else ("",):
                answer = walked.send(method, rule, headers, prefix)
                assert (answer.status_code, method, headers) == (status, method, headers)
                assert answer.headers["Content-Type"] == "application/problem+json"
        assert (method, walked.state()) == (method, before)


@every_rule
def test_a_foreign_name_reads_nothing(walked: Prepared, rule: Rule) -> None:
    for method in SAFE:
        answer = walked.send(method, rule, {"Host": "evil.example"})
        assert (answer.status_code, walked.emulator.sandbox in answer.text) == (421, False)


@every_control_rule
def test_what_a_page_can_send_unasked_is_no_order(walked: Prepared, rule: Rule) -> None:
    before = walked.state()
    for method in ("POST", "PUT", "PATCH"):
        takes = any(method in (other.methods or ()) for other in RULES if other.rule == rule.rule)
        # What is not known here may not exist, which is as good a refusal.
        allowed = {415 if takes else 405} | (set() if walked.knows(rule) else {404})
        for kind in SIMPLE:
            answer = walked.send(method, rule, {"Content-Type": kind})
            assert (answer.status_code in allowed, method, kind) == (True, method, kind), answer.text
    assert walked.state() == before


@every_rule
def test_reading_changes_nothing(walked: Prepared, rule: Rule) -> None:
    before = walked.state()
    for override in (None, "POST", "DELETE"):
        for method in SAFE:
            for kind in ("application/json", None):
                headers = {"Content-Type": kind, "X-HTTP-Method-Override": override}
                answer = walked.send(method, rule, headers)
                assert (answer.status_code < 500, method) == (True, method), answer.text
        assert (override, walked.state()) == (override, before)


@pytest.mark.parametrize(("method", "endpoint"), ACTING)
def test_who_is_no_stranger_acts_by_the_same_request(acted_upon: Prepared, method: str, endpoint: str) -> None:
    before = acted_upon.state()
    [rule] = [rule for rule in RULES if rule.endpoint == endpoint]
    answer = acted_upon.send(method, rule, {"Origin": acted_upon.emulator.url, "Sec-Fetch-Site": "same-origin"})
    assert answer.ok, answer.text
    assert acted_upon.state() != before


def test_the_walk_goes_by_the_paths_of_the_providers(walked: Prepared) -> None:
    paths = {walked.path(rule) for rule in RULES}
    assert {APLYID_PATH, SPHINXHQ_PATH, f"{SPHINXHQ_PATH}1/", f"{CONTROL}/sandboxes/walked/reset"} <= paths


DEBUGGERS = ["/console", "/console?__debugger__=yes&cmd=resource&f=debugger.js", "/__debugger__", "/debug", "/_debug"]
FILES = [
    "/static/../config",
    "/static/../setup.cfg",
    "/static/%2e%2e/setup.cfg",
    "/static/..%2fsetup.cfg",
    "/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/../../etc/passwd",
    "/%252e%252e%252fetc/passwd",
    "/..\\..\\etc\\passwd",
    "/..;/etc/passwd",
    "/.git/config",
    "/%2egit/config",
    "/.env",
    "/_emulator/../.git/config",
    "/_emulator/%2e%2e%2f.git/config",
    "/s/walked/../../.git/config",
    "/s/walked/%2e%2e%2f.git/config",
    "/case-emulator.toml",
    "/emulator/app.py",
]


def look(emulator: Emulator, path: str) -> Answer:
    return emulator.raw(request_bytes("GET", path))


@pytest.mark.parametrize("path", [*DEBUGGERS, *FILES])
def test_there_is_no_debugger_and_no_file(emulator: Emulator, path: str) -> None:
    found, nothing = look(emulator, path), look(emulator, "/nothing")
    assert (found.status, found.body) == (404, nothing.body)


@pytest.mark.parametrize("path", ["/api/%2e%2e%2f.git/config", "/api/cases/%2e%2e%2f%2e%2e%2f.git/config/"])
def test_below_a_provider_s_path_there_is_its_own_nothing(emulator: Emulator, path: str) -> None:
    found = look(emulator, path)
    assert (found.status, b"[core]" in found.body) == (404, False)


def test_a_debugger_s_command_is_not_understood(emulator: Emulator) -> None:
    for command in ("__debugger__=yes&cmd=resource&f=debugger.js", "__debugger__=yes&cmd=pinauth&pin=0&s=x"):
        assert look(emulator, f"/?{command}").body == look(emulator, "/").body
