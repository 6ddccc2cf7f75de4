"""What a run of the command told of its tests: by our pytest plugin, or in a JUnit file."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from emulator.quick_dataclass import dataclass

BAD = ("failure", "error")


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: its name, whether it failed, and what is told of a failure."""

    __test__ = False  # for pytest, which would collect it

    name: str
    failed: bool
    report: str = ""


def read_results(by_plugin: Path, junit: Path | None) -> tuple[TestResult, ...]:
    """Return the results that our plugin wrote, else those in the JUnit file; none where there is no file."""
    if by_plugin.is_file():
        return tuple(_of_plugin(by_plugin))
    return tuple(_of_junit(junit)) if junit is not None and junit.is_file() else ()


def _of_plugin(file: Path) -> Iterator[TestResult]:
    """Read a line of JSON for each phase of a test, and yield a result for each test."""
    found: dict[str, TestResult] = {}
    for line in file.read_text("utf-8").splitlines():
        phase = json.loads(line)
        before = found.get(phase["test"])
        if before is None or (phase["failed"] and not before.failed):
            found[phase["test"]] = TestResult(phase["test"], phase["failed"], phase["report"])
    yield from found.values()


def _of_junit(file: Path) -> Iterator[TestResult]:
    try:
        cases = ElementTree.parse(file).iter("testcase")
    except ElementTree.ParseError:  # the run was cut off while it wrote
        return
    for case in cases:
        problems = [child for child in case if child.tag in BAD]
        report = "\n".join(child.text or child.get("message") or "" for child in problems)
        yield TestResult(_name_of(case), bool(problems), report)


def _name_of(case: ElementTree.Element) -> str:
    """Return the name of a test as people write it: of the file, else of the class."""
    name, where = case.get("name", ""), case.get("file") or case.get("classname")
    return f"{where}::{name}" if where else name
