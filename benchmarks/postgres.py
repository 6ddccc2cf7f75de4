"""Creates per second with everything in PostgreSQL, on one process and on two, against a file of SQLite.

PostgreSQL has the core of the load generator; all emulators have the other one, however many there are.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks import postgres_growth
from benchmarks.contestants import Cores, running
from benchmarks.figures import Figure, Told, at_least
from benchmarks.load import Job, drive
from benchmarks.postgres_growth import Grown, sharing
from tests.postgres import Server, postgres_server

NAMES = ("a file of SQLite", "PostgreSQL, one process", "PostgreSQL, two processes")
GOAL, FLOOR = 0.5, 0.2
Round = dict[str, float]  # creates a second


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much is measured."""

    rounds: int
    seconds: float
    cases: int
    pairs: int  # of blocks of creates
    webhooks: int


def measure(extent: Extent, cores: Cores) -> tuple[list[Round], Grown]:
    """Every contestant in turn, round after round, then growth; the database waits for its disk, as it comes."""
    with postgres_server("-c", "max_connections=200") as server:
        rounds = _in_turn(server, extent.rounds, extent.seconds, cores)
        return rounds, postgres_growth.measure(server, extent.cases, extent.pairs, extent.webhooks, cores)


def _in_turn(server: Server, rounds: int, seconds: float, cores: Cores) -> list[Round]:
    with ExitStack() as stack:
        file = stack.enter_context(running("keeping", cores)).port
        url = server.new_url()
        one, other = (stack.enter_context(sharing(url, cores)) for _ in range(2))
        ports = dict(zip(NAMES, ([file], [one], [one, other]), strict=True))
        sent = [0]
        return [{name: _rate(ports[name], sent, seconds) for name in NAMES} for _ in range(rounds + 1)][1:]


def _rate(ports: Sequence[int], sent: list[int], seconds: float) -> float:
    """Creates a second of these processes together, each asked by its share of the connections."""
    sent[0] += 1_000_000  # so that no request names a client of another turn
    jobs = [
        Job(
            port=port,
            orders=["sphinxhq"],
            first=sent[0] + 500_000 * index,
            seconds=seconds,
            connections=8 // len(ports),
        )
        for index, port in enumerate(ports)
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        rate = sum(report.rate for report in pool.map(drive, jobs))
    print(f"  {len(ports)} of {ports}: {rate:,.0f}/s", file=sys.stderr)
    return rate


def told(rounds: Sequence[Round], grown: Grown) -> Told:
    """The rates, and their ratios to the file of SQLite in the same round; then growth."""
    lines = ["Creates per second, of Sphinx in one sandbox, on 8 connections (median)"]
    figures: list[Figure] = []
    for name in NAMES:
        ratio = median(each[name] / each[NAMES[0]] for each in rounds)
        lines.append(f"  {name:28} {median(each[name] for each in rounds):8,.0f}   {ratio:5.2f}")
        if name != NAMES[0]:
            figures.append(at_least(f"creates, {name} / {NAMES[0]}", ratio, "{:.2f}", GOAL, FLOOR, is_ratio=True))
    growth = postgres_growth.told(grown)
    return Told([*lines, *growth.lines], [*figures, *growth.figures])
