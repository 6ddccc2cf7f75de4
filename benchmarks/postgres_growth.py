"""PostgreSQL with many cases: what a create costs there against an empty database, and how fast webhooks go out."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import drain, growth
from benchmarks.contestants import Cores, await_port, emulator_command, killed
from benchmarks.figures import Figure, Told, at_least, at_most
from benchmarks.layers import log_to_nowhere
from benchmarks.receiver import receiving
from benchmarks.workbench import Workbench
from emulator.core.deliveries import DeliveryState
from emulator.path_readers import DatabaseUrl
from tests.postgres import Server

BOUND = 1.3  # of the cost of a create at the most cases, in units of that at none
FLOOR = 100.0  # webhooks a second
PAUSE, PATIENCE = 0.02, 600.0  # seconds


@dataclass(frozen=True)
class Grown:
    """What was found."""

    cases: int
    seconds: float  # to write them
    cost: growth.Cost
    webhooks: int
    rate: float  # webhooks a second of two processes


@contextmanager
def sharing(url: str, cores: Cores) -> Iterator[int]:
    """An emulator with that database; its port."""
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        port_file = Path(folder, "port")
        command = [*emulator_command(port_file), "--database", url]
        with killed(command, Path(folder), cores) as process:
            yield await_port(port_file, process)


def measure(server: Server, cases: int, pairs: int, webhooks: int, cores: Cores) -> Grown:
    """Fill a database through the store, create in it and in an empty one in turn, then send what is due from two."""
    with log_to_nowhere(), _opened(server.new_url()) as empty, _opened(server.new_url()) as full:
        begun = time.perf_counter()
        for _ in growth.fill(full, cases):
            pass
        seconds = time.perf_counter() - begun
        server.ask("ANALYZE")  # as PostgreSQL does by itself, a minute later
        cost = growth.creates(empty, full, "sphinxhq", cases, pairs)
    return Grown(cases, seconds, cost, webhooks, _sent(server.new_url(), webhooks, cores))


def _opened(url: str) -> AbstractContextManager[Workbench]:
    return Workbench.open(DatabaseUrl(url))


def _sent(url: str, webhooks: int, cores: Cores) -> float:
    """Webhooks a second that two processes deliver, from the first that is settled to the last; raises drain.Failed."""
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        bench = stack.enter_context(_opened(url))
        for _ in range(2):
            stack.enter_context(sharing(url, cores))
        drain.fill(bench.built, receiver.port, webhooks)
        first, begun = _settled(bench.built, 1, webhooks)
        last, ended = _settled(bench.built, webhooks, webhooks)
        taken = receiver.stop()
    print(f"  {webhooks:,} webhooks in {ended - begun:.1f} s", file=sys.stderr)
    if taken.webhooks != webhooks:
        raise drain.Failed(f"{webhooks} webhooks were sent, {taken.webhooks} came")
    return (last - first) / (ended - begun) if last > first else float(webhooks)


def _settled(built: Any, least: int, webhooks: int) -> tuple[int, float]:
    """How many webhooks are delivered once that many are, and when that was seen; raises drain.Failed."""
    deadline = time.perf_counter() + PATIENCE
    while (now := time.perf_counter()) < deadline:
        with built.store.reading() as read:
            settled = read.count_deliveries_by_state().get(DeliveryState.DELIVERED, 0)
        if settled >= least:
            return settled, now
        time.sleep(PAUSE)
    raise drain.Failed(f"{webhooks} webhooks were due, {settled} are delivered")


def told(grown: Grown) -> Told:
    """What was found, for people, and its figures."""
    ratio, many = grown.cost.ratio, f"{grown.cases:,}"
    lines: Sequence[str] = [
        "",
        f"  {many} cases were written through the store in {grown.seconds:,.0f} s",
        f"  a create among none, microseconds            {grown.cost.at_none:8,.0f}",
        f"  a create among {many:>9}, microseconds       {grown.cost.at_most:8,.0f}   {ratio:5.2f}",
        f"  webhooks a second of two processes, of {grown.webhooks:,} {grown.rate:8,.0f}",
    ]
    figures: list[Figure] = [
        at_most(f"a create on PostgreSQL at {many} cases / at none", ratio, "{:.2f}", BOUND, is_ratio=True),
        at_least("webhooks a second, PostgreSQL, two processes", grown.rate, "{:.0f}", None, FLOOR),
    ]
    return Told(lines, figures)
