"""The recorded answers of the real frameworks, played against a served emulator."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import replay
from tests.emulators import Emulator, served

HERE = Path(__file__).parent
DIFFERENCES = json.loads((HERE / "differences.json").read_text("utf-8"))
SWITCHES = {
    "rails": (),
    "cookie401": (),
    "session": ("sphinxhq.unauthorized=403",),
    "activity": ("aplyid.activity-missing=activity",),
    "newest": ("sphinxhq.check-errors=dict",),
    "sphinx": (),
}
RUNS = [
    ("rails", "json", "rails"),
    ("drf", "cookie401", "cookie401"),
    ("drf", "session", "session"),
    ("sphinx", "any", "sphinx"),
]
LEAST = {"rails": 120, "drf": 120, "sphinx": 100}  # documented and framework answers
# Recorded of an application without tokens; the service has had them since, and a wrong one is answered otherwise.
SUPERSEDED = {"drf-auth-session-noauth-bearer"}
RUNNING = 600  # seconds: the cases of `sphinx` are answered while they run, however slow the machine is


@pytest.fixture(scope="module", params=RUNS, ids=[run[2] for run in RUNS])
def run(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    which, profile, name = request.param
    with served(switch=SWITCHES[name], delay=RUNNING if which == "sphinx" else 0) as emulator:
        yield which, play(emulator, which, profile)


def play(emulator: Emulator, which: str, profile: str) -> list[dict[str, Any]]:
    """Play all cases of one file; the results as `replay.py --json` writes them."""
    arguments = argparse.Namespace(
        base=emulator.url,
        which=which,
        cases=None,
        auth="test_conformance",
        var=["document_id=123", "document_id2=123", "expired_sessionid=test_expired"],
        profile=profile,
        only=None,
        certainty="documented,framework,assumed",
        variant=None,
        generation="first,current,none",
        uniq=None,
        timeout=15,
    )
    results, skipped, _ = replay.run(arguments)
    assert all(reason.startswith("profile") for _, reason in skipped), skipped
    return results


def is_right(result: dict[str, Any]) -> bool:
    """Return whether an answer holds all that was recorded; a key that was added since makes no case wrong."""
    if result["body_lenient_ok"]:
        return True
    return bool(result["status_ok"]) and all(kind == "extra" for _, kind, *_ in result["diffs"])


def test_every_documented_and_framework_answer_is_given(run: tuple[str, list[dict[str, Any]]]) -> None:
    sure = [r for r in run[1] if r["certainty"] != "assumed" and r["id"] not in SUPERSEDED]
    assert len(sure) > LEAST[run[0]]
    assert [r["id"] for r in sure if not r["status_ok"]] == []
    assert [r["id"] for r in sure if not is_right(r)] == []


def test_every_other_difference_is_listed_with_its_reason(run: tuple[str, list[dict[str, Any]]]) -> None:
    which, results = run
    differing = {r["id"] for r in results if not is_right(r)} - SUPERSEDED
    assert differing == {case for listed in DIFFERENCES.get(which, {}).values() for case in listed["cases"]}


def test_only_listed_headers_differ(run: tuple[str, list[dict[str, Any]]]) -> None:
    which, results = run
    listed = {case for listed in DIFFERENCES.get(which, {}).values() for case in listed["cases"]}
    odd = {(r["id"], name) for r in results for name, _, _ in r["header_diffs"] if r["id"] not in listed}
    # The list of cases is served too, so that path allows GET and HEAD besides what was recorded.
    assert {name for _, name in odd} <= ({"Allow"} if which == "drf" else set())


def test_the_switch_gives_errors_in_checks_the_newest_shape() -> None:
    with served(switch=SWITCHES["newest"]) as emulator:
        results = play(emulator, "drf", "cookie401")
    shaped = set(DIFFERENCES["drf"]["check-errors"]["cases"])
    assert [r["id"] for r in results if r["id"] in shaped and not is_right(r)] == []


def test_the_switch_ends_the_message_of_a_missing_activity_as_the_framework_does() -> None:
    with served(switch=SWITCHES["activity"]) as emulator:
        results = play(emulator, "rails", "json")
    worded = set(DIFFERENCES["rails"]["missing-activity"]["cases"])
    assert [r["id"] for r in results if r["id"] in worded and not r["body_lenient_ok"]] == []


def test_the_page_lists_each_difference_and_its_reason() -> None:
    page = (HERE / "README.md").read_text("utf-8")
    for groups in DIFFERENCES.values():
        for group in groups.values():
            assert group["reason"] in page
            assert all(f"`{case}`" in page for case in group["cases"])
