"""The command judges rightly: a right shop holds everywhere, and each mistake is found in its world."""

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from emulator.commands.beside import variables
from emulator.settings import Settings
from emulator.worlds.launcher import Launcher
from emulator.worlds.registry import all_worlds
from emulator.worlds.run import Judged, Judgement, Outcome, Run
from emulator.worlds.runner import Runner
from emulator.worlds.world import Kind, World
from tests.worlds.mistakes import BESIDE, CURRENT, FOUND_IN

# Each run has a new emulator in this process, whose first create imports what it needs, perhaps on a busy machine.
pytestmark = pytest.mark.tells_of_the_loop
SHOP = Path(__file__).parent / "shop"
SUITE = [sys.executable, str(SHOP / "suite.py")]
BY_NAME = {world.name: world for world in all_worlds()}
SEED = int(os.environ.get("WORLDS_SEED", "0"))
EVERY = bool(os.environ.get("WORLDS_ALL"))  # `make test-worlds`
SAMPLE = 3  # worlds in which a mistake is tried beside its own


def judged(worlds: Sequence[World], tmp_path: Path, jobs: int = 1, **environ: str) -> Outcome:
    """Run the suite of the shop in these worlds."""
    told = {**os.environ, **environ, "SHOP_RESULTS": str(tmp_path / "results.xml")}

    def around(address: str) -> dict[str, str]:
        return variables({}, address, Settings(), told)

    launcher = Launcher(SUITE, Settings(port=0), around, told["SHOP_RESULTS"])
    found = list(Runner(launcher, jobs).judged(worlds))
    return Outcome(plain=Run(rc=0, seconds=0.0), judged=found)  # a red world was compared with the plain one


def drawn(mistake: str) -> list[World]:
    """The worlds in which a mistake is tried: its own and three others, or all."""
    if EVERY:
        return list(all_worlds())
    others = [name for name in BY_NAME if name != FOUND_IN[mistake] and BY_NAME[name].kind is not Kind.MUTANT]
    names = [FOUND_IN[mistake], *random.Random(f"{SEED}/{mistake}").sample(others, SAMPLE)]
    return [BY_NAME[name] for name in names]


def verdicts(found: Sequence[Judged]) -> dict[str, str]:
    return {each.world.name: each.verdict.value for each in found}


def tried() -> list[str]:
    """The mistakes that are tried: of those about the current generation three, drawn from the seed, or all."""
    left_out = set() if EVERY else CURRENT - set(random.Random(f"{SEED}/current").sample(sorted(CURRENT), SAMPLE))
    return [mistake for mistake in FOUND_IN if mistake not in left_out]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", tried())
def test_a_mistake_is_found_in_its_world_and_in_no_other(mistake: str, tmp_path: Path) -> None:
    outcome = judged(drawn(mistake), tmp_path, SHOP_MISTAKE=mistake)
    breaks = {each.world.name for each in outcome.judged if each.verdict is Judgement.BREAKS}
    assert FOUND_IN[mistake] in breaks, verdicts(outcome.judged)
    assert breaks <= {FOUND_IN[mistake], *BESIDE.get(mistake, ())}, verdicts(outcome.judged)
    [own] = [each for each in outcome.judged if each.world.name == FOUND_IN[mistake]]
    assert own.failed
    assert own.exercised > 0


def some(kind: Kind, many: int) -> list[World]:
    """Worlds of that kind, drawn from the seed; all of them for `make test-worlds`."""
    worlds = [world for world in all_worlds() if world.kind is kind]
    return worlds if EVERY else random.Random(f"{SEED}/{kind}").sample(worlds, many)


@pytest.mark.slow
def test_a_right_shop_holds_in_every_guess_and_hazard(tmp_path: Path) -> None:
    outcome = judged([*some(Kind.GUESS, 3), *some(Kind.HAZARD, 4)], tmp_path)
    assert outcome.is_exercised
    assert {each.verdict for each in outcome.judged} <= {Judgement.HOLDS, Judgement.NOT_EXERCISED}, verdicts(
        outcome.judged
    )


@pytest.mark.slow
def test_a_good_suite_catches_every_mutant(tmp_path: Path) -> None:
    outcome = judged(some(Kind.MUTANT, 2), tmp_path)
    assert set(verdicts(outcome.judged).values()) == {"caught"}, verdicts(outcome.judged)
    assert outcome.score == 1


@pytest.mark.slow
def test_a_suite_without_assertions_scores_nothing(tmp_path: Path) -> None:
    outcome = judged(some(Kind.MUTANT, 2), tmp_path, SHOP_WEAK="1")
    assert set(verdicts(outcome.judged).values()) == {"missed"}
    assert outcome.score == 0


def test_every_guess_and_hazard_that_a_receiver_can_depend_on_has_its_mistake() -> None:
    of_switches_beside = {  # those that no receiver of the shop reads, and further choices of one that has a mistake
        "aplyid.activity-missing=activity",
        "aplyid.activity-missing=must_exist",
        "aplyid.join=first",
        "sphinxhq.archived=hidden",
        "sphinxhq.customer-exists=update",
    }
    worlds = {world.name for world in all_worlds() if world.kind is not Kind.MUTANT}
    assert set(FOUND_IN.values()) >= {name for name in worlds if "=" not in name}
    assert set(FOUND_IN.values()) <= worlds
    assert of_switches_beside <= worlds
