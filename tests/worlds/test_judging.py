"""A verdict accuses only who was red twice, with the plain world green between, and by the deviation itself."""

import json
from pathlib import Path

import pytest

from emulator.worlds.hazards import Duplicate
from emulator.worlds.mutants import NeverSent
from emulator.worlds.results import TestResult, read_results
from emulator.worlds.run import Judged, Judgement, Outcome, Run, judge
from emulator.worlds.runner import Runner
from emulator.worlds.world import World

GREEN, RED = Run(rc=0, seconds=1.0), Run(rc=1, seconds=1.0)
GREEN_STRUCK, RED_STRUCK = Run(rc=0, seconds=1.0, struck=3), Run(rc=1, seconds=1.0, struck=3)


@pytest.mark.parametrize(
    ("first", "second", "plain", "of_hazard", "of_mutant"),
    [
        (GREEN_STRUCK, None, None, "holds", "missed"),
        (GREEN, None, None, "not exercised", "not exercised"),
        (RED_STRUCK, RED_STRUCK, GREEN, "breaks", "caught"),
        (RED_STRUCK, GREEN_STRUCK, None, "flaky", "flaky"),
        (RED_STRUCK, RED_STRUCK, RED, "flaky", "flaky"),
        (RED_STRUCK, RED, GREEN, "flaky", "flaky"),
        (RED, RED, GREEN, "flaky", "flaky"),
    ],
)
def test_the_verdict(first: Run, second: Run | None, plain: Run | None, of_hazard: str, of_mutant: str) -> None:
    assert judge(Duplicate(), first, second, plain).verdict == of_hazard
    assert judge(NeverSent(), first, second, plain).verdict == of_mutant


def test_the_tests_that_failed_both_times_are_named() -> None:
    first = Run(rc=1, seconds=1, struck=1, tests=(TestResult("a", True), TestResult("b", True)))
    second = Run(rc=1, seconds=1, struck=1, tests=(TestResult("a", False), TestResult("b", True)))
    assert judge(Duplicate(), first, second, GREEN).failed == ("b",)


def outcome(*found: tuple[World, Judgement]) -> Outcome:
    return Outcome(plain=GREEN, judged=[Judged(world=w, verdict=v, run=GREEN_STRUCK) for w, v in found])


def test_what_was_not_exercised_counts_for_nothing() -> None:
    nothing = outcome((Duplicate(), Judgement.NOT_EXERCISED), (NeverSent(), Judgement.NOT_EXERCISED))
    assert nothing.score is None
    assert not nothing.is_exercised


def test_a_score_is_the_share_of_the_exercised_mutants_that_were_caught() -> None:
    found = outcome((NeverSent(), Judgement.CAUGHT), (NeverSent(), Judgement.MISSED), (Duplicate(), Judgement.HOLDS))
    assert found.score == 0.5
    assert found.is_good(0.5)
    assert not found.is_good(0.6)


@pytest.mark.parametrize("verdict", [Judgement.BREAKS, Judgement.FLAKY])
def test_a_hazard_that_does_not_hold_is_not_good(verdict: Judgement) -> None:
    assert not outcome((Duplicate(), verdict)).is_good(0)


class Told:
    """A launcher whose runs were decided before."""

    def __init__(self, *runs: Run) -> None:
        self.runs, self.worlds = list(runs), list[World | None]()

    def run(self, world: World | None) -> Run:
        self.worlds.append(world)
        return self.runs.pop(0)

    def stop(self) -> None:
        pass


def test_a_red_world_is_run_again_and_then_the_plain_one() -> None:
    launcher, world = Told(RED_STRUCK, RED_STRUCK, GREEN), Duplicate()
    [found] = Runner(launcher).judged([world])  # type: ignore[arg-type]
    assert launcher.worlds == [world, world, None]
    assert found.verdict is Judgement.BREAKS


def test_a_green_world_is_run_once() -> None:
    launcher, world = Told(GREEN_STRUCK), Duplicate()
    list(Runner(launcher).judged([world]))  # type: ignore[arg-type]
    assert launcher.worlds == [world]


def test_the_plugin_s_results_come_before_those_of_a_junit_file(tmp_path: Path) -> None:
    told, junit = tmp_path / "told.jsonl", tmp_path / "results.xml"
    junit.write_text(
        "<testsuites><testsuite><testcase classname='shop' name='pays'><failure>no</failure></testcase>"
        "<testcase file='a.mjs' name='waits'/></testsuite></testsuites>"
    )
    assert read_results(told, junit) == (TestResult("shop::pays", True, "no"), TestResult("a.mjs::waits", False))
    phases = [("setup", False), ("call", True), ("teardown", False)]
    lines = [json.dumps({"test": "t.py::one", "failed": failed, "report": phase}) for phase, failed in phases]
    told.write_text("\n".join(lines))
    assert read_results(told, junit) == (TestResult("t.py::one", True, "call"),)
    assert read_results(tmp_path / "none", tmp_path / "none") == ()


def test_a_junit_file_that_was_cut_off_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "results.xml").write_text("<testsuites><testsu")
    assert read_results(tmp_path / "none", tmp_path / "results.xml") == ()
