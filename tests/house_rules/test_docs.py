"""The docs name everything there is, and every command and sample in the README works."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click import Context, Option

from emulator.app import PROVIDERS, build_emulator
from emulator.cli import COMMANDS, main
from emulator.control.faults import FAULT_KINDS, describe_kind
from emulator.control.scenarios import common_rules
from emulator.core.surnames import MAGIC_SURNAMES
from emulator.setting_sources import read_settings
from emulator.settings import OPTIONS, PREFIX, Settings
from tests.emulators import CREATE_CASE, Emulator, compact, served
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
ADDRESS = "http://127.0.0.1:8642"
# What installs or starts something is run in tests/e2e/test_install.py and test_serve.py.
RUN_ELSEWHERE = ["make run", "make test"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def settings_table() -> str:
    """The table of docs/configuration.md, from the settings themselves."""
    rows = ["| flag | variable | key in case-emulator.toml | what it does |", "|---|---|---|---|"]
    for setting in fields(Settings):
        flag, value = setting.name.replace("_", "-"), setting.metadata["metavar"]
        shown = f"`--{flag}`" if value is None else f"`--{flag} {value}`"
        rows.append(f"| {shown} | `{PREFIX}{setting.name.upper()}` | `{flag}` | {setting.metadata['help']} |")
    return "\n".join(rows)


def faults_table(side: str) -> str:
    """A table of docs/faults.md, from the classes of the faults."""
    rows = ["| kind | what it does | settings |", "|---|---|---|"]
    for about in map(describe_kind, FAULT_KINDS):
        if about["side"] == side:
            settings = "; ".join(map(fault_setting, about["settings"]))
            rows.append(f"| `{about['kind']}` | {about['does']} | {settings or '-'} |")
    return "\n".join(rows)


def fault_setting(about: dict[str, Any]) -> str:
    told = ["needed"] if about["required"] else []
    told += [] if about["default"] is None else [f"`{json.dumps(about['default'])}` unless told"]
    told += [", ".join(f"`{choice}`" for choice in about["choices"])] if "choices" in about else []
    is_number = about["name"] in ("seconds", "up_to", "copies", "after", "hold", "status", "retry_after")
    told += [f"{about['low']} to {about['high']}"] if is_number else []
    return f"`{about['name']}`: {about['means']}" + (f" ({', '.join(told)})" if told else "")


@pytest.fixture(scope="module")
def quick() -> Iterator[Emulator]:
    with served() as emulator:
        yield emulator


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert settings_table() in page, f"put this into docs/configuration.md:\n{settings_table()}"


@pytest.mark.parametrize("side", ["api", "webhook"])
def test_every_fault_and_its_settings_are_documented(side: str) -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    assert faults_table(side) in page, f"put this into docs/faults.md:\n{faults_table(side)}"


def test_every_built_in_scenario_is_documented_and_every_sample_of_a_rule_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert all(f"`{path.stem}`" in page for path in (ROOT / "fixtures" / "scenarios").glob("*.yaml"))
    [sample] = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "sample.yaml").write_text(sample, "utf-8")
    endings = {provider.name: provider.completion() for provider in PROVIDERS}
    for toml in re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        (tmp_path / "case-emulator.toml").write_text(toml, "utf-8")
        settings = read_settings({"scenario": [str(tmp_path / "sample.yaml")]}, {}, tmp_path)
        assert common_rules(settings.scenario, settings.rule, endings)


def test_every_switch_and_its_choices_are_documented() -> None:
    for provider in PROVIDERS:
        for switch in provider.switches:
            choices = ", ".join(f"`{choice}`" for choice in switch.choices)
            assert f"`{provider.name}.{switch.name}`: {choices}" in DOCS


def test_every_magic_surname_is_in_the_readme() -> None:
    assert all(f"`{surname.capitalize()}`" in README for surname in MAGIC_SURNAMES)


def test_every_route_of_ours_is_documented() -> None:
    built = build_emulator(Settings())
    ours = [str(rule) for rule in built.app.url_map.iter_rules() if str(rule).startswith("/_emulator")]
    built.store.close()
    assert ours
    for rule in ours:
        named = re.sub("<[^>]+>", "[^/ ]+", rule)
        assert re.search(named, README + DOCS), f"{rule} stands in no page"


def test_the_readme_s_two_commands_are_the_first_ones() -> None:
    assert [block.partition("#")[0].strip() for block in blocks("sh")[:2]] == RUN_ELSEWHERE


def test_every_curl_of_the_readme_works_and_is_answered_as_printed(
    quick: Emulator, needs: Callable[[str], str]
) -> None:
    needs("curl")
    create, inbox, sphinx = blocks("sh")[2:]
    answer = run_shell(create, quick)
    printed = blocks("json")[0].replace(ADDRESS, quick.url)
    assert answer == compact(json.loads(printed))
    wait_until(lambda: bool(quick.inbox()))
    kept = json.loads(run_shell(inbox, quick))
    expected = json.loads(blocks("json")[1].replace(ADDRESS, quick.url))
    assert same_but_for_chance(kept) == same_but_for_chance(expected)
    created, read = run_shell(sphinx, quick).replace("}{", "}\n{").split("\n")
    assert json.loads(created)["id"] == json.loads(read)["id"] == 1


def test_the_commands_of_the_control_page_do_what_it_says(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    page = (ROOT / "docs" / "control.md").read_text("utf-8")
    [block] = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    told = run_shell(block.replace("curl ", "curl --fail-with-body "), quick)
    assert '"state": "inbox"' in told
    assert '\\"approval_status\\":\\"denied\\"' in told
    assert '"kind": "case_completed"' in told
    assert '"used": false' in told


def test_the_commands_of_the_faults_page_do_what_it_says(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    [block] = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    told = run_shell(block.replace("curl ", "curl --fail-with-body "), quick)
    assert [json.loads(count) for count in re.findall(r'"count": (\d+)', told)] == [2, 0]


def test_every_command_is_documented_in_a_row_of_its_own_and_shows_an_example() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in COMMANDS:
        assert re.search(rf"^\| `case-emulator {name}` \|", page, re.M), f"docs/commands.md says nothing of {name}"
        command = main.get_command(Context(main), name)
        assert command
        assert f"case-emulator {name}" in (command.help or ""), f"{name} --help has no example"
    modules = {path.stem for path in (ROOT / "emulator" / "commands").glob("*.py")}
    assert set(COMMANDS) <= modules


def test_every_flag_of_the_commands_that_ask_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    settings = {*OPTIONS, "config"}  # which have a page of their own
    for name in set(COMMANDS):
        command = main.get_command(Context(main), name)
        assert command
        for option in command.params:
            if isinstance(option, Option) and not (name in ("serve", "run", "doctor") and option.name in settings):
                assert option.opts[0] in page, f"docs/commands.md says nothing of {name} {option.opts[0]}"


def test_the_commands_of_the_commands_page_work(needs: Callable[[str], str], tmp_path: Path) -> None:
    needs("curl")
    (tmp_path / "case-emulator").write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n', "utf-8")
    (tmp_path / "case-emulator").chmod(0o755)
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    assert all(f"case-emulator {name}" in script for name in COMMANDS if name != "serve")
    with served() as fresh:
        variables = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CASE_EMULATOR_URL": fresh.url,
            "CASE_EMULATOR_PORT": "0",
        }
        shell = ["sh", "-ec", script]
        done = subprocess.run(
            shell, cwd=tmp_path, env=os.environ | variables, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    for told in ('"case_id":1024', "case.completed", "is newborn", "import requests", '"ok": ', "is written"):
        assert told in done.stdout


def run_shell(block: str, emulator: Emulator) -> str:
    script = block.replace("curl ", "curl -sS ").replace(ADDRESS, emulator.url)
    return subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True).stdout


def same_but_for_chance(inbox: dict[str, list[dict[str, object]]]) -> str:
    text = json.dumps(inbox)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", text)
    return re.sub(r'"created_at": "[^"]+"', '"created_at": "<time>"', text)


def test_the_javascript_of_the_readme_gets_the_documented_answer(needs: Callable[[str], str]) -> None:
    with served() as fresh:
        [script] = blocks("js")
        script = script.replace(ADDRESS, fresh.url)
        node = [needs("node"), "--input-type=module", "-e", script]
        told = subprocess.run(node, capture_output=True, text=True, check=True).stdout
        expected = compact(CREATE_CASE["answer"]["body"]).replace(ADDRESS, fresh.url)
    assert told.strip() == f"201 {expected}"


def test_the_curl_of_the_readme_sends_the_printed_sample() -> None:
    body = re.search(r"-d '(\{.*?\n  \})'", blocks("sh")[2], re.DOTALL)
    assert body
    assert json.loads(body[1]) == CREATE_CASE["request"]["body"]


def error_rows() -> list[tuple[str, int, str]]:
    """Provider, status and body of every row of the two tables."""
    tables = re.findall(r"\| status \| (APLYiD|Sphinx) answers \|.*?\n\n", README, re.DOTALL)
    assert tables == ["APLYiD", "Sphinx"]
    rows = []
    for title in tables:
        table = README.partition(f"| status | {title} answers")[2].partition("\n\n")[0]
        rows += [(title, int(status), body) for status, body in re.findall(r"^\| (\d{3}) \| (.*?) \|", table, re.M)]
    return rows


@pytest.mark.parametrize("row", error_rows())
def test_every_error_of_the_readme_is_really_answered(quick: Emulator, row: tuple[str, int, str]) -> None:
    title, status, told = row
    answers = [text for answered, text in provoked(quick)[title] if answered == status]
    body = re.match(r"`(\{.*?\})`", told)
    if body:
        assert json.loads(body[1]) in [json.loads(text) for text in answers if text]
    else:
        assert told.startswith("nothing")
        assert "" in answers


def provoked(emulator: Emulator) -> dict[str, list[tuple[int, str]]]:
    """One request for each error of the tables."""
    send, aplyid, sphinx = (
        emulator.http.request,
        f"{emulator.url}/integrations/core/cases",
        f"{emulator.url}/api/cases/",
    )
    key, json_type = {"X-Workflow-Access-Key": "test_default"}, {"Content-Type": "application/json"}
    wants_json, huge = {"Accept": "application/json"}, b" " * (1024 * 1024 + 1)
    session = {"cookies": {"sessionid": "test_default"}}
    answers = {
        "APLYiD": [
            send("POST", aplyid, headers=key, json={}),
            send("POST", aplyid, json={}),
            send("GET", aplyid, headers=wants_json),
            send("FROB", aplyid, headers=wants_json),
            send("POST", aplyid, headers=key | {"Content-Type": "json"}, data="{}"),
            send("POST", aplyid, headers=key | json_type, data=huge),
            emulator.aplyid.create(client__name=""),
        ],
        "Sphinx": [
            send("POST", sphinx.rstrip("/"), allow_redirects=False),
            emulator.sphinxhq.create(notes=""),
            send("POST", sphinx, data="x", headers=json_type, **session),
            send("POST", sphinx),
            emulator.sphinxhq.get("9/"),
            send("PUT", sphinx, **session),
            send("POST", sphinx, headers={"Accept": "text/html"}, **session),
            send("POST", sphinx, headers=json_type, data=huge, **session),
            send("POST", sphinx, headers={"Content-Type": "text/plain"}, data="x", **session),
        ],
    }
    return {title: [(a.status_code, a.text) for a in given] for title, given in answers.items()}


def pages() -> list[Path]:
    named = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    return [*named, *(ROOT / "examples").rglob("*.md")]


def anchors(page: Path) -> set[str]:
    """The places in a page that a link can name, as its headings make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_inside_the_project_lead_somewhere() -> None:
    for page in pages():
        for link, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
            there = page.parent / link if link else page
            assert there.exists(), f"{page.name} links to {link}"
            assert not anchor or anchor in anchors(there), f"{page.name} links to {link}#{anchor}"


def test_every_page_is_linked_from_the_readme_or_a_page_it_links() -> None:
    linked = set(re.findall(r"\]\((?:docs/)?([a-z]+\.md)", README + DOCS))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= linked
