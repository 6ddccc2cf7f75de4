"""From the start of the process to the first answer."""

import sys
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.contestants import Cores, running
from benchmarks.load import Job, Load

GOAL, BOUND = 1.5, 1.7
FIRST_ORDER = {"bare": "bare", "emulator": "aplyid"}


@dataclass(frozen=True)
class Starts:
    """Seconds each start took, in pairs."""

    bare: list[float]
    emulator: list[float]

    def ratio(self) -> float:
        """The emulator's start in units of the bare application's, median of the pairs."""
        return median(ours / theirs for ours, theirs in zip(self.emulator, self.bare, strict=True))


def measure(pairs: int, cores: Cores) -> Starts:
    """So many starts of each, in turn, after one of each that fills the caches."""
    seconds: dict[str, list[float]] = {"bare": [], "emulator": []}
    for turn in range(pairs + 1):
        for name, found in seconds.items():
            found.append(first_answer(name, cores))
        print(f"  start {turn} of {pairs}", file=sys.stderr)
    return Starts(bare=seconds["bare"][1:], emulator=seconds["emulator"][1:])


def first_answer(name: str, cores: Cores) -> float:
    """Seconds until a fresh process has answered its first request, which is a create at the emulator."""
    begun = time.perf_counter()
    with running(name, cores) as server:
        Load(Job(port=server.port, orders=[FIRST_ORDER[name]], most=1)).run()
        return time.perf_counter() - begun
