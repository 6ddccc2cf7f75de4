"""How long a create takes for the client, on one connection and on eight, beside the bare view."""

import sys
from dataclasses import dataclass
from statistics import median

from benchmarks.contestants import Cores, running
from benchmarks.load import Job, drive

MANY = 8
P50_BOUND = 0.65 * 0.00082  # seconds: of what the emulator took on waitress, on the machine of the issue
P99_BOUND = 0.010
ORDER = {"bare": "bare", "emulator": "aplyid"}
Key = tuple[str, int]  # whom, on how many connections


@dataclass(frozen=True)
class Latency:
    """Seconds, p50 and p99, each the median of the rounds."""

    seconds: dict[Key, tuple[float, float]]


def measure(rounds: int, seconds: float, cores: Cores) -> Latency:
    """Everybody in turn, round after round, both servers running all the time."""
    keys = [(name, connections) for connections in (1, MANY) for name in ORDER]
    found: dict[Key, list[tuple[float, float]]] = {key: [] for key in keys}
    first = 0
    with running("bare", cores) as bare, running("emulator", cores) as emulator:
        ports = {"bare": bare.port, "emulator": emulator.port}
        for turn in range(rounds + 1):
            for name, connections in keys:
                job = Job(port=ports[name], orders=[ORDER[name]], first=first, seconds=seconds, connections=connections)
                report = drive(job)
                first += report.sent
                found[name, connections].append((report.p50, report.p99))
            print(f"  round {turn} of {rounds}", file=sys.stderr)
    return Latency({key: _median(pairs[1:]) for key, pairs in found.items()})


def _median(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return median(p50 for p50, _ in pairs), median(p99 for _, p99 in pairs)
