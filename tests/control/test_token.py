"""The control token: with it set, nobody acts or reads by the control API who does not know it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.routing import Rule

from emulator.settings import BadSetting
from emulator.start_checks import refuse_open_control
from tests.clean import ROOT
from tests.commands import run, serving
from tests.control.test_guard_walk import CONTROL_RULES
from tests.emulators import Emulator, served, settings
from tests.wire import Answer, request_bytes

TOKEN = "correct-horse-battery"
OPEN = {"control.live", "control.ready"}
VALUES = {"name": "any", "provider": "aplyid", "case_id": "1024", "number": "5567"}
VALUES |= {"delivery_id": "x", "rule_id": "r1", "fault_id": "f1", "document": "aplyid"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Emulator]:
    with served(control_token=TOKEN) as emulator:
        yield emulator


def path_of(rule: Rule) -> str:
    """The rule with something put in for each of its parameters."""
    path = rule.rule
    for name in rule.arguments:
        start, end = path.index("<"), path.index(">")
        assert name in VALUES or name == "key"
        path = path[:start] + VALUES[path[start + 1 : end].rpartition(":")[2]] + path[end + 1 :]
    return f"{path}?timeout=0" if path.endswith("/wait") else path


def send(emulator: Emulator, method: str, path: str, *authorizations: bytes) -> Answer:
    """Ask with those very Authorization headers."""
    whole = request_bytes(method, path, {"Content-Type": "application/json"}, b"{}")
    lines = b"".join(b"\r\nAuthorization: " + value for value in authorizations)
    return emulator.raw(whole.replace(b"\r\n\r\n", lines + b"\r\n\r\n", 1))


WRONG = [
    (),
    (b"",),
    (b"Bearer",),
    (b"Bearer ",),
    (b"Bearer wrong",),
    (b"Bearer correct-horse-battery2",),
    (b"Bearer Correct-Horse-Battery",),
    (b"Basic correct-horse-battery",),
    (b"correct-horse-battery",),
    (b"Bearer Bearer correct-horse-battery",),
    (b"Bearer correct-horse-battery, Bearer correct-horse-battery",),
    (b"Bearer correct-horse-battery", b"Bearer correct-horse-battery"),
    (b"Bearer wrong", b"Bearer correct-horse-battery"),
    (b"Bearer \xff\xfe",),
    ("Bearer \u4e2d\u6587".encode(),),
    (b"Bearer " + b"x" * 50_000,),
]


@pytest.mark.parametrize("rule", CONTROL_RULES, ids=lambda rule: f"{rule.endpoint} {rule.rule}")
def test_every_route_but_two_asks_for_it_by_every_verb(guarded: Emulator, rule: Rule) -> None:
    for method in sorted(rule.methods or ()):
        answer = send(guarded, method, path_of(rule))
        if rule.endpoint in OPEN:
            assert answer.status == 200
            continue
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert send(guarded, method, path_of(rule), f"Bearer {TOKEN}".encode()).status not in (401, 403, 500)


@pytest.mark.parametrize("given", WRONG, ids=lambda given: b" + ".join(given)[:60].decode("latin-1"))
def test_what_is_not_the_token_once_is_refused(guarded: Emulator, given: tuple[bytes, ...]) -> None:
    for method, path in (("GET", "/_emulator/sandboxes"), ("POST", "/_emulator/sandboxes/any/reset")):
        answer = send(guarded, method, path, *given)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json["detail"] == "the control token is needed: send Authorization: Bearer <token>"


def test_a_header_larger_than_any_is_refused_by_the_server_itself(guarded: Emulator) -> None:
    answer = send(guarded, "GET", "/_emulator/sandboxes", b"Bearer " + b"x" * 1_000_000)
    assert answer.status in (0, 400, 431)


def test_a_token_in_the_query_is_none(guarded: Emulator) -> None:
    for query in (f"token={TOKEN}", f"access_token={TOKEN}", f"control_token={TOKEN}"):
        assert send(guarded, "GET", f"/_emulator/sandboxes?{query}").status == 401


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN}  "])
def test_the_right_one_opens(guarded: Emulator, given: str) -> None:
    answer = send(guarded, "GET", "/_emulator/sandboxes", given.encode())
    assert (answer.status, "sandboxes" in answer.json) == (200, True)


@pytest.mark.parametrize("token", ["k\u00e4se", "\u4e2d\u6587", "two words", "tab\there", " "])
def test_a_token_that_no_header_could_carry_is_refused_at_the_start(token: str) -> None:
    with pytest.raises(BadSetting, match=r"control.token"):
        settings(control_token=token)


def test_the_apis_ask_for_their_own_keys_and_no_other(guarded: Emulator) -> None:
    assert guarded.aplyid.create().status_code == 201
    assert guarded.sphinxhq.create().status_code == 201
    assert guarded.http.get(guarded.url).status_code == 200


def test_health_is_told_to_everybody(guarded: Emulator) -> None:
    for path in ("livez", "readyz"):
        assert guarded.http.get(f"{guarded.url}/_emulator/{path}").status_code == 200


def test_a_public_address_needs_a_token(tmp_path: Path) -> None:
    refused = run(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "set --control-token, or --insecure-no-token" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("insecure", [False, True])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "emulator.acme.com"])
def test_a_token_that_could_be_guessed_is_refused_on_a_public_address(host: str, insecure: bool) -> None:
    for token in ("x", "fifteen-letters"):
        with pytest.raises(BadSetting, match=r"--host .* 16 or more"):
            refuse_open_control(settings(host=host, control_token=token, insecure_no_token=insecure))
    refuse_open_control(settings(host=host, control_token="sixteen-letters-"))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_a_token_that_a_page_prints_for_a_public_address_is_taken(page: Path) -> None:
    for command in re.findall(r"--host 0\.0\.0\.0 .*--control-token (\S+)", page.read_text("utf-8")):
        refuse_open_control(settings(host="0.0.0.0", control_token=command))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_any_token_will_do_where_nobody_else_can_connect(host: str) -> None:
    refuse_open_control(settings(host=host, control_token="x"))


def test_with_a_token_or_in_so_many_words_without_one_it_serves(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--port", "0", "--insecure-no-token") as process:
        assert process.emulator.control("GET", "").status_code == 200
        assert "Traceback" not in process.ask_to_stop()[2]
    with serving(tmp_path, "--host", "0.0.0.0", "--port", "0", CASE_EMULATOR_CONTROL_TOKEN=TOKEN) as process:
        url = f"{process.emulator.url}/_emulator/sandboxes"
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10).status_code == 200
        assert TOKEN not in process.ready_line + "".join(process.ask_to_stop()[1:])
