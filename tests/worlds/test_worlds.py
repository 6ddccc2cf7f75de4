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
from emulator.worlds.run import Judged, Outcome, Run, Verdict
from emulator.worlds.runner import Runner
from emulator.worlds.world import Kind, World
from tests.worlds.mistakes import BESIDE, FOUND_IN

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


@pytest.mark.slow
@pytest.mark.parametrize("mistake", FOUND_IN)
def test_a_mistake_is_found_in_its_world_and_in_no_other(mistake: str, tmp_path: Path) -> None:
    outcome = judged(drawn(mistake), tmp_path, SHOP_MISTAKE=mistake)
    breaks = {each.world.name for each in outcome.judged if each.verdict is Verdict.BREAKS}
    assert FOUND_IN[mistake] in breaks, verdicts(outcome.judged)
    assert breaks <= {FOUND_IN[mistake], *BESIDE.get(mistake, ())}, verdicts(outcome.judged)
    [own] = [each for each in outcome.judged if each.world.name == FOUND_IN[mistake]]
    assert own.failed
    assert own.exercised > 0
