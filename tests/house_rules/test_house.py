"""The rules of the house that no tool knows."""

import ast
import re
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "emulator").rglob("*.py"))
PAGES = [
    p for p in sorted((ROOT / "emulator" / "ui").rglob("*.*")) if p.suffix in (".html", ".svg") or p.name == "page.js"
]
BANNED_NAMES = {"utils", "helpers", "common", "base", "manager", "data", "info", "misc"}
READS_TIME = re.compile(r"\b(time\.(time|monotonic|perf_counter)|datetime\.(now|utcnow|today)|date\.today)\b")
DRAWS_CHANCE = re.compile(r"^\s*(import|from) (random|secrets|faker)\b|\buuid[14]\(", re.MULTILINE)
PROVIDER_WORDS = {
    "aplyid": re.compile(r"X-Workflow|APLY-|guided_flow|/integrations|clientable|no_decision_yet", re.IGNORECASE),
    "sphinxhq": re.compile(r"\bsessionid\b|/api/cases|non_field_errors|full_name"),
}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def matching(pattern: re.Pattern[str], *, besides: str) -> list[str]:
    found = [path for path in MODULES if pattern.search(code(path))]
    return [name for name in names(found) if not name.startswith(besides)]


def code(path: Path) -> str:
    """The source without docstrings and comments, so that prose may name things."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
    return ast.unparse(tree)


def test_only_the_clock_reads_the_time() -> None:
    assert matching(READS_TIME, besides="emulator/core/clock.py") == []


def test_only_people_draw_chance() -> None:
    assert matching(DRAWS_CHANCE, besides="emulator/core/randomness.py") == []


def test_only_what_others_start_hands_the_environment_in() -> None:
    found = matching(re.compile(r"os\.environ|getenv"), besides="emulator/cli.py")
    assert found == ["emulator/pytest_plugin.py", "emulator/wsgi.py"]


@pytest.mark.parametrize("provider", PROVIDER_WORDS)
def test_a_provider_s_words_stay_in_its_folder(provider: str) -> None:
    found = matching(PROVIDER_WORDS[provider], besides=f"emulator/providers/{provider}/")
    assert [name for name in found if name != "emulator/settings.py"] == []  # whose help texts name them


@pytest.mark.parametrize("provider", PROVIDER_WORDS)
def test_no_page_is_written_for_one_provider(provider: str) -> None:
    found = [path.name for path in PAGES if PROVIDER_WORDS[provider].search(path.read_text("utf-8"))]
    assert found == []


def test_files_are_short_and_their_names_say_something() -> None:
    sizes = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in names(MODULES)}
    assert {name: size for name, size in sizes.items() if size > 250} == {}
    assert [path.stem for path in MODULES if path.stem in BANNED_NAMES] == []


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{path.name}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path.name for path in MODULES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def test_every_package_travels() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    listed = set(setup["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in MODULES if path.name == "__init__.py"}
    fixtures = sorted((ROOT / "fixtures").rglob("__init__.py"))
    there |= {".".join(("emulator", *path.parent.relative_to(ROOT).parts)) for path in fixtures}
    assert listed == there
    with_data = {
        ".".join(("emulator", *p.parent.relative_to(ROOT).parts)) for p in (ROOT / "fixtures").rglob("*.json")
    } | {_package_of(path) for path in (ROOT / "emulator").rglob("*.sql")}
    assert with_data <= set(setup["options.package_data"])


def _package_of(file: Path) -> str:
    """The package that a file of data lies in, below folders of its own perhaps."""
    folder = next(folder for folder in file.parents if (folder / "__init__.py").exists())
    return ".".join(folder.relative_to(ROOT).parts)


@pytest.mark.parametrize(("contract", "allowed"), [("sql", {"store"}), ("dialling", {"delivery", "client"})])
def test_a_contract_covers_every_room_but_those_that_it_is_about(contract: str, allowed: set[str]) -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    covered = set(setup[f"importlinter:contract:{contract}"]["source_modules"].split())
    rooms = {path.parent.name if path.stem == "__init__" else path.stem for path in (ROOT / "emulator").glob("*.py")}
    rooms |= {path.parent.name for path in (ROOT / "emulator").glob("*/__init__.py")}
    assert covered == {f"emulator.{room}" for room in rooms - allowed - {"emulator", "__main__"}}


# Words that once named modules and classes; docs/glossary.md has those that took their place.
OLD_MODULES = {
    "befalling",
    "mishaps",
    "outages",
    "haste",
    "ending",
    "people",
    "timepiece",
    "advance",
    "preferences",
    "bell",
    "tracking",
    "admission",
    "near",
    "inside",
    "seats",
    "meter",
    "describe",
    "problem",
    "hooks",
    "room",
    "beginning",
    "stage",
    "wire",
    "answers",
    "line",
    "late",
    "paced",
    "probe",
    "worker",
    "place",
    "asking",
    "answering",
    "actions",
    "meanings",
    "troubles",
    "words",
    "states",
    "bodies",
    "driving",
    "telling",
    "surroundings",
}
OLD_CLASSES = {
    "Mishap",
    "Outage",
    "Outcry",
    "Hit",
    "Situation",
    "Effect",
    "Struck",
    "Haste",
    "Ending",
    "Verdict",
    "Completed",
    "Planned",
    "Letter",
    "Post",
    "Silence",
    "People",
    "Timepiece",
    "Preferences",
    "Bell",
    "Bells",
    "Tracking",
    "UnderWay",
    "Seats",
    "Meter",
    "Admission",
    "ControlRoom",
    "Beginning",
    "Line",
    "LateSender",
    "Paced",
    "Worker",
    "Asker",
    "Meaning",
    "Place",
    "Refused",
}
OLD_FUNCTIONS = {"befall", "strike", "spoil", "rush"}


def test_no_module_has_a_name_that_was_given_up() -> None:
    found = [path for path in MODULES if path.stem in OLD_MODULES and path.parent.name != "commands"]
    # The demo's routes move what is on the stage, in the word of whoever presents.
    assert names(found) == ["emulator/demo/stage.py"]


def test_no_class_or_function_has_a_name_that_was_given_up() -> None:
    given_up = [
        f"{path.stem}.{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ClassDef) and node.name in OLD_CLASSES)
        or (isinstance(node, ast.FunctionDef) and node.name in OLD_FUNCTIONS)
    ]
    assert given_up == []


def test_the_glossary_points_at_what_is_there() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    code = {path.relative_to(ROOT / "emulator").as_posix() for path in MODULES}
    classes = {
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert set(re.findall(r"`(\w+/\w+\.py)`", page)) <= code
    assert set(re.findall(r"`([A-Z]\w+)(?:\.[A-Z]+)?`", page)) <= classes
