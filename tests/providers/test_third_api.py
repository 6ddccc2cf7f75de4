"""A third API is a folder and two lines: the template is copied, renamed and registered, and everything knows it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAME = "acme"
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".venv", "*.egg-info")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program sees of the third API, in a copy of the package."""
    scratch = tmp_path_factory.mktemp("scratch")
    for folder in ("emulator", "tests"):
        shutil.copytree(ROOT / folder, scratch / folder, ignore=LEFT_BEHIND)
    shutil.copytree(ROOT / "fixtures", scratch / "emulator" / "fixtures", ignore=LEFT_BEHIND)
    copy_template(scratch / "emulator" / "providers")
    register(scratch / "emulator" / "app.py")
    program = [sys.executable, "-P", str(scratch / "tests" / "providers" / "third_api.py"), NAME]
    run = subprocess.run(
        program, env={"PYTHONPATH": str(scratch)}, cwd=scratch, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def copy_template(providers: Path) -> None:
    shutil.copytree(providers / "template", providers / NAME)
    for path in (providers / NAME).glob("*.py"):
        text = path.read_text("utf-8")
        for spelled in (str.lower, str.capitalize, str.upper):
            text = text.replace(spelled("template"), spelled(NAME))
        path.write_text(text, "utf-8")


def register(app: Path) -> None:
    """The line in app.py; the one in setup.cfg is for the wheel, which tests/house_rules checks."""
    text = app.read_text("utf-8")
    assert text.count('    "sphinxhq",\n') == 1
    app.write_text(text.replace('    "sphinxhq",\n', f'    "sphinxhq",\n    "{NAME}",\n'), "utf-8")


CASE = {"id": 1, "name": "Jo Denied", "reference": "r1"}


@pytest.mark.parametrize(
    ("part", "right"),
    [
        ("created", [201, {**CASE, "status": "waiting", "decision": None}]),
        ("advice", "nonsense is not a known key and was ignored"),
        ("read", {**CASE, "status": "done", "decision": "denied"}),
        ("invalid", [422, {"error": {"name": ["Missing data for required field."]}}]),
        ("unauthorized", [401, {"error": "unknown key"}]),
        ("unknown", [404, {"error": "not found"}]),
        ("webhook", "denied"),
        ("sample", 201),
        ("handle", "Mary Chen"),
        ("operation", [200, {**CASE, "status": "done", "decision": "denied"}]),
        ("case", "denied"),
        ("journal", 3),
        ("fault", [503, {"error": "service unavailable"}]),
        ("document", [f"/{NAME}/cases", f"/{NAME}/cases/{{id}}"]),
        ("pages", [200, 200, 200]),
        ("env", True),
        ("further", 201),
    ],
)
def test_everything_knows_a_third_api(seen: dict[str, Any], part: str, right: object) -> None:
    assert seen[part] == right


def test_the_template_is_five_small_files() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in template().glob("*.py")}
    assert sorted(lines) == ["__init__.py", "errors.py", "routes.py", "schemas.py", "webhook.py"]
    assert max(lines.values()) <= 80, lines


def test_no_line_outside_the_template_knows_it() -> None:
    paths = [*(ROOT / "emulator").rglob("*.py")]
    outside = [path for path in paths if path.parent != template()]
    found = [path.name for path in outside if re.search(r"providers\.template|X-Template", path.read_text("utf-8"))]
    assert found == []


def template() -> Path:
    return ROOT / "emulator" / "providers" / "template"
