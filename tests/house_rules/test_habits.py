"""The files that every project has name what is there, and the habits that they promise are kept."""

import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator.version import VERSION

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
OURS = {".py", ".sql", ".html", ".css", ".js", ".mjs", ".sh", ".md", ".json", ".yaml", ".yml", ".toml", ".cfg"}
NOT_OURS = ("swagger-ui", "htmx", "idiomorph")  # as .editorconfig has it
FOLDERS = ("emulator", "tests", "benchmarks", "examples", "fixtures", "docs", ".github")
TELLING = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASE.md", ".ci/run")]
TELLING += [GITHUB / "PULL_REQUEST_TEMPLATE.md", ROOT / ".pre-commit-config.yaml", *GITHUB.rglob("*.yml")]
FORMS = [path for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"]
AT_MOST = re.compile(r"\b(monotonic|perf_counter|time)\(\) - \w+ <|<=? \w+ - (monotonic|perf_counter|time)\(\)")

CURL = re.compile(r"""\bcurl(?: |", ")((?:--?\w|'?http|[{$])[^\s"]*)""")  # the first thing that it is told
SILENT = ("-sS", "--fail")  # the long words stand in docs/ci.md, for those who read it there for the first time


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts() -> list[Path]:
    """Every text that we write."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")] + list(ROOT.iterdir())
    return [path for path in found if path.suffix in OURS and not path.name.startswith(NOT_OURS)]


def targets() -> set[str]:
    """What make can be asked for."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def test_texts_end_with_a_newline_and_no_line_with_a_space() -> None:
    read = {named(path): path.read_text("utf-8") for path in texts()}
    assert len(read) > 300
    assert [name for name, text in read.items() if text and not text.endswith("\n")] == []
    assert [name for name, text in read.items() if re.search(r"[ \t]$|\t|\r", text, re.M)] == []


def test_every_curl_command_is_silent_but_for_errors() -> None:
    to_people = [path for path in texts() if named(path).startswith(("emulator/", "docs/", "examples/", "README.md"))]
    commands = {named(path): CURL.findall(path.read_text("utf-8")) for path in to_people}
    assert sum(map(len, commands.values())) > 30
    loud = [(name, start) for name, starts in commands.items() for start in starts if start not in SILENT]
    assert loud == [], "with a pipe behind it curl draws a progress bar: write curl -sS"


def test_no_test_judges_how_long_something_took() -> None:
    tests = {named(path): path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    found = [name for name, text in tests.items() if AT_MOST.search(text)]
    assert found == [], "freeze the clock, wait with tests/waiting.py, or count: a busy machine is no fault"


def test_the_latest_version_of_the_changelog_is_this_one() -> None:
    unreleased, latest, *_ = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    version = re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", latest)
    assert version, f"{latest}: a version and its day are needed, as in 1.2.3 (2027-01-31)"
    assert (unreleased, version[1]) == ("Unreleased", VERSION)
    date.fromisoformat(version[2])


@pytest.mark.parametrize("path", TELLING, ids=named)
def test_what_it_says_of_make_and_of_files_is_so(path: Path) -> None:
    told = path.read_text("utf-8")
    asked = re.findall(r"(?:`|^|run: )make ([a-z-]+)", told, re.M)
    assert set(asked) <= targets()
    places = re.findall(r"(?<![\w/.])((?:emulator|tests|docs|\.ci)/[\w./-]*\w)", told)
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_gate_runs_all_tests_and_the_workflow_the_gate() -> None:
    gate = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"\bmake (?:check|test.*)$", gate, re.M) == ["make check", "make test-image", "make test-all"]
    jobs = yaml.safe_load((GITHUB / "workflows" / "test.yml").read_text("utf-8"))["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands["gate"] == [".ci/run"]
    assert commands["linux"] == ["make check", "make test"]
    assert {job["runs-on"].partition("-")[0] for job in jobs.values()} == {"ubuntu", "macos", "windows"}
    oldest = re.search(r"python_requires = >=(\S+)", (ROOT / "setup.cfg").read_text("utf-8"))
    assert oldest
    assert jobs["linux"]["strategy"]["matrix"]["python"][0] == oldest[1]


def test_what_is_checked_before_a_commit_is_what_make_checks() -> None:
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    hooks = [shlex.split(hook["entry"]) for hook in repository["hooks"]]
    checked = re.findall(r"^\t\$\(BIN\)/(\S+)", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert {Path(tool).name for tool, *_ in hooks} - {"pytest"} <= set(checked)
    assert all(tool.startswith(".venv/bin/") for tool, *_ in hooks)


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_a_form_for_an_issue_can_be_filled_in(path: Path) -> None:
    form: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    assert form["name"]
    assert form["description"]
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids)) > 0
    for field in form["body"]:
        assert field["type"] in ("textarea", "dropdown", "input")
        assert field["attributes"]["label"]
        assert ("options" in field["attributes"]) == (field["type"] == "dropdown")
