"""The first ten minutes: every command of the README works, and is answered as printed."""

import json
import re
import subprocess
from collections.abc import Callable

from tests.docs.pages import README, ROOT, samples
from tests.docs.samples import ADDRESS
from tests.docs.shell import run_shell
from tests.emulators import CREATE_CASE, Emulator, compact, served
from tests.waiting import wait_until

TEXT = README.read_text("utf-8")
APIS = (ROOT / "docs" / "apis.md").read_text("utf-8")
MOST_LINES = 120


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES


def test_its_two_commands_come_first() -> None:
    """What installs or starts something is run in tests/e2e/test_install.py and test_serve.py."""
    commands = [line.partition("#")[0].strip() for line in samples(TEXT, "sh")[0].splitlines()]
    assert commands[:2] == ["make run", "make test"]


def test_its_curls_work_and_are_answered_as_printed(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    create, inbox = samples(TEXT, "sh")[1:]
    answer, kept = (json.loads(text.replace(ADDRESS, quick.url)) for text in samples(TEXT, "json"))
    assert run_shell(create, quick) == compact(answer)
    wait_until(lambda: bool(quick.inbox()))
    assert same_but_for_chance(json.loads(run_shell(inbox, quick))) == same_but_for_chance(kept)


def test_its_curl_sends_what_the_service_prints() -> None:
    body = re.search(r"-d '(\{.*\})'", samples(TEXT, "sh")[1], re.DOTALL)
    assert body
    assert json.loads(body[1]) == CREATE_CASE["request"]["body"]


def same_but_for_chance(inbox: dict[str, list[dict[str, object]]]) -> str:
    text = json.dumps(inbox)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", text)
    return re.sub(r'"created_at": "[^"]+"', '"created_at": "<time>"', text)


def test_the_javascript_gets_the_documented_answer(needs: Callable[[str], str]) -> None:
    node = needs("node")
    [script] = samples(APIS, "js")
    with served() as fresh:
        command = [node, "--input-type=module", "-e", script.replace(ADDRESS, fresh.url)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        expected = compact(CREATE_CASE["answer"]["body"]).replace(ADDRESS, fresh.url)
    assert told.strip() == f"201 {expected}"


def test_the_commands_for_sphinx_open_and_read_cases(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    documented, read, with_checks, current = samples(APIS, "sh")
    printed = json.loads(samples(APIS, "json")[1])
    created, seen, second = (json.loads(run_shell(each, quick)) for each in (documented, read, with_checks))
    chance = {"created_at": None, "updated_at": None}
    assert created | chance == printed | chance
    assert seen["id"] == created["id"] == 1
    assert [check["check_type"] for check in second["checks"]] == ["PEP", "SANCTION"]
    assert json.loads(run_shell(current, quick))["external_id"] == "order-1"
