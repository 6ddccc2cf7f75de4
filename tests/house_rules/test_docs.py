"""The docs name everything there is, and every command in the pages of reference works."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click import Context, Option

from emulator.app import PROVIDERS, build_emulator
from emulator.cli import COMMANDS, main
from emulator.control.scenarios import common_rules
from emulator.core.surnames import MAGIC_SURNAMES
from emulator.logs import FIELDS
from emulator.setting_sources import read_settings
from emulator.settings import OPTIONS, Settings
from tests.commands import run_here
from tests.docs.pages import PAGES, ROOT, samples
from tests.docs.shell import run_shell
from tests.emulators import Emulator, served

DOCS = "\n".join(page.read_text("utf-8") for page in PAGES)


def page(name: str) -> str:
    """Return the text of that page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


@pytest.fixture(scope="module")
def quick() -> Iterator[Emulator]:
    with served() as emulator:
        yield emulator


def test_every_field_of_the_log_is_documented() -> None:
    for name in FIELDS:
        assert re.search(rf"^\| .*`{name}`.* \|", DOCS, re.MULTILINE), f"{name} stands in no table"


def test_every_built_in_scenario_is_documented_and_every_sample_of_a_rule_can_be_used(tmp_path: Path) -> None:
    text = page("configuration")
    assert all(f"`{path.stem}`" in text for path in (ROOT / "fixtures" / "scenarios").glob("*.yaml"))
    [sample] = samples(text, "yaml")
    (tmp_path / "sample.yaml").write_text(sample, "utf-8")
    endings = {provider.name: provider.completion() for provider in PROVIDERS}
    for toml in samples(text, "toml"):
        (tmp_path / "case-emulator.toml").write_text(toml, "utf-8")
        settings = read_settings({"scenario": [str(tmp_path / "sample.yaml")]}, {}, tmp_path)
        assert common_rules(settings.scenario, settings.rule, endings)


def test_every_switch_and_its_choices_are_documented() -> None:
    for provider in PROVIDERS:
        for switch in provider.switches:
            choices = ", ".join(f"`{choice}`" for choice in switch.choices)
            assert f"`{provider.name}.{switch.name}`: {choices}" in DOCS


def test_every_magic_surname_has_its_row() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ", page("outcomes").partition("## By surname")[2], re.M)
    assert {name.lower() for row in rows for name in re.findall(r"\w+", row)} >= set(MAGIC_SURNAMES)


def test_every_route_of_ours_is_documented() -> None:
    built = build_emulator(Settings())
    ours = [str(rule) for rule in built.app.url_map.iter_rules() if str(rule).startswith("/_emulator")]
    built.store.close()
    assert ours
    for rule in ours:
        named = re.sub("<[^>]+>", "[^/ ]+", rule)
        assert re.search(named, DOCS), f"{rule} stands in no page"


def test_the_commands_of_the_control_page_do_what_it_says(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    [block] = samples(page("control"), "sh")
    told = run_shell(block, quick)
    assert '"state": "inbox"' in told
    assert '\\"approval_status\\":\\"denied\\"' in told
    assert '"kind": "case_completed"' in told
    assert '"used": false' in told


def test_the_commands_of_the_faults_page_do_what_it_says(quick: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    [block] = samples(page("faults"), "sh")
    told = run_shell(block, quick)
    assert [json.loads(count) for count in re.findall(r'"count": (\d+)', told)] == [2, 0]


def test_every_command_shows_an_example_and_has_a_module_of_its_own() -> None:
    for name in COMMANDS:
        command = main.get_command(Context(main), name)
        assert command
        assert f"case-emulator {name}" in (command.help or ""), f"{name} --help has no example"
    modules = {path.stem for path in (ROOT / "emulator" / "commands").glob("*.py")}
    assert set(COMMANDS) <= modules


def test_every_flag_of_the_commands_that_ask_is_documented() -> None:
    text = page("commands")
    settings = {*OPTIONS, "config"}  # which have a page of their own
    with_settings = ("serve", "run", "worlds", "doctor")
    for name in set(COMMANDS):
        command = main.get_command(Context(main), name)
        assert command
        for option in command.params:
            if isinstance(option, Option) and not (name in with_settings and option.name in settings):
                assert option.opts[0] in text, f"docs/commands.md says nothing of {name} {option.opts[0]}"


def is_plain(line: str) -> bool:
    """Whether a line is one command of ours, which a shell would only split into words."""
    return line.startswith("case-emulator ") and not set(line) & set("|&;<>$`") and "emulator run" not in line


@pytest.mark.slow
def test_the_commands_of_the_commands_page_work(needs: Callable[[str], str], tmp_path: Path) -> None:
    needs("curl")
    (tmp_path / "case-emulator").write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n', "utf-8")
    (tmp_path / "case-emulator").chmod(0o755)
    script = "\n".join(samples(page("commands"), "sh"))
    assert all(f"case-emulator {name}" in script for name in COMMANDS if name != "serve")
    with served() as fresh:
        variables = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CASE_EMULATOR_URL": fresh.url,
            "CASE_EMULATOR_PORT": "0",
        }
        told_of_all = ""
        for line in script.splitlines():
            if is_plain(line):  # here: each process would take half a second for Python and the imports
                done = run_here(tmp_path, *shlex.split(line, comments=True)[1:], **variables)
            else:
                shell, environ = ["sh", "-ec", line], os.environ | variables
                done = subprocess.run(shell, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (line, done.stderr)
            told_of_all += done.stdout
    for told in ('"case_id":1024', "case.completed", "is empty", "import requests", '"ok": ', "is written"):
        assert told in told_of_all


def linking_pages() -> list[Path]:
    return [*PAGES, ROOT / "CONTRIBUTING.md", *(ROOT / "examples").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]


def anchors(path: Path) -> set[str]:
    """Return the places in a page that a link can name, as its headings make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_inside_the_project_lead_somewhere() -> None:
    for path in linking_pages():
        for link, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", path.read_text("utf-8")):
            there = path.parent / link if link else path
            assert there.exists(), f"{path.name} links to {link}"
            assert not anchor or anchor in anchors(there), f"{path.name} links to {link}#{anchor}"


def test_the_index_of_the_docs_links_every_page() -> None:
    linked = set(re.findall(r"\]\(([a-z]+\.md)\)", page("index")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} == linked | {"index.md"}


def test_every_decision_has_a_heading_of_its_own_to_link_to() -> None:
    headings = re.findall(r"^### (.*)$", page("why"), re.M)
    assert len(headings) == len(set(headings)) > 40
    paragraphs = re.split(r"\n\n+", page("why").partition("\n## ")[2])
    assert [text for text in paragraphs if text.startswith("**")] == [], "write a decision below a heading: ### ..."
