"""Creates per second with everything in PostgreSQL, on one process and on two, against a file of SQLite."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.contestants import Cores, await_port, emulator_command, killed, running
from benchmarks.figures import Figure, Told, at_least
from benchmarks.load import Job, drive
from tests.postgres import postgres_server

NAMES = ("a file of SQLite", "PostgreSQL, one process", "PostgreSQL, two processes")
GOAL, FLOOR = 0.5, 0.2
Round = dict[str, float]  # creates a second


def measure(rounds: int, seconds: float, cores: Cores) -> list[Round]:
    """Every contestant in turn, round after round; the database waits for its disk, as it comes."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server("-c", "max_connections=200"))
        file = stack.enter_context(running("keeping", cores)).port
        url = server.new_url()
        one, other = (stack.enter_context(_sharing(url, cores)) for _ in range(2))
        ports = dict(zip(NAMES, ([file], [one], [one, other]), strict=True))
        sent = [0]
        return [{name: _rate(ports[name], sent, seconds) for name in NAMES} for _ in range(rounds + 1)][1:]


@contextmanager
def _sharing(url: str, cores: Cores) -> Iterator[int]:
    """An emulator with that database; its port."""
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        port_file = Path(folder, "port")
        command = [*emulator_command(port_file), "--database", url]
        with killed(command, Path(folder), cores) as process:
            yield await_port(port_file, process)


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


def told(rounds: Sequence[Round]) -> Told:
    """The rates, and their ratios to the file of SQLite in the same round."""
    lines = ["Creates per second, of Sphinx in one sandbox, on 8 connections (median)"]
    figures: list[Figure] = []
    for name in NAMES:
        ratio = median(each[name] / each[NAMES[0]] for each in rounds)
        lines.append(f"  {name:28} {median(each[name] for each in rounds):8,.0f}   {ratio:5.2f}")
        if name != NAMES[0]:
            figures.append(at_least(f"creates, {name} / {NAMES[0]}", ratio, "{:.2f}", GOAL, FLOOR, is_ratio=True))
    return Told(lines, figures)
