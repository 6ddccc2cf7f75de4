"""The parts of a run by their names, and how much each measures."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks import (
    contestants,
    drain,
    growth,
    growth_tables,
    latency,
    layers,
    lists,
    memory,
    pages,
    peer_list,
    peer_table,
    peers,
    plugin,
    postgres,
    rates,
    saturation,
    start,
    tables,
    worlds,
)
from benchmarks.contestants import Cores
from benchmarks.figures import Told


@dataclass
class Measured:
    """How to measure, and what a later part needs of an earlier one."""

    options: argparse.Namespace
    cores: Cores
    rounds: list[rates.Round] = field(default_factory=list)

    def of(self, least: int, quick: int, whole: int) -> int:
        """How many; of the least nobody believes a figure, it shows that the part can be measured."""
        return least if self.options.least else quick if self.options.quick else whole

    @contextmanager
    def on_all_cores(self) -> Iterator[None]:
        """Let the processes that the block starts use every core."""
        if self.cores.ours is None:
            yield
            return
        contestants.unpin()
        try:
            yield
        finally:
            contestants.pin(0, self.cores.ours)


def _rates(run: Measured) -> Told:
    run.rounds += rates.measure(run.options.rounds, run.options.seconds, run.cores)
    return tables.rates_table(run.rounds)


def _latency(run: Measured) -> Told:
    return growth_tables.latency_table(latency.measure(run.options.rounds, run.options.seconds, run.cores))


def _layers(run: Measured) -> Told:
    return Told(tables.layers_table(layers.measure(run.of(5, 200, 1000), run.of(1, 7, 7)), run.rounds))


def _start(run: Measured) -> Told:
    return tables.start_table(start.measure(run.of(1, 4, 10), run.cores))


def _memory(run: Measured) -> Told:
    return tables.memory_table(memory.measure(run.of(20, 4_000, 20_000), run.cores))


def _pages(run: Measured) -> Told:
    return tables.pages_table(pages.measure(run.of(20, 10_000, 100_000), run.cores))


def _lists(run: Measured) -> Told:
    return tables.lists_table(lists.measure(run.of(20, 10_000, 100_000), run.cores))


def _growth(run: Measured) -> Told:
    return growth_tables.growth_table(growth.measure(run.of(20, 100_000, 1_000_000), run.of(1, 40, 40)))


def _postgres(run: Measured) -> Told:
    extent = postgres.Extent(
        rounds=run.options.rounds,
        seconds=run.options.seconds,
        cases=run.options.postgres_cases or run.of(20, 20_000, 100_000),
        pairs=run.of(1, 20, 40),
        webhooks=run.of(20, 1_000, 5_000),
    )
    return postgres.told(*postgres.measure(extent, run.cores))


def _drain(run: Measured) -> Told:
    return tables.drain_table(*drain.measure(run.of(20, 2_000, 10_000), run.cores))


def _saturation(run: Measured) -> Told:
    return tables.saturation_table(saturation.measure(run.of(1, 5, 15), run.cores))


def _plugin(run: Measured) -> Told:
    with run.on_all_cores():  # the suite on one, the emulator on another
        return growth_tables.plugin_table(plugin.measure(run.of(1, 20, 50), run.of(1, 3, 9)))


def _worlds(run: Measured) -> Told:
    with run.on_all_cores():
        return worlds.worlds_table(worlds.measure(worlds.FEW if run.options.least else ()))


def _peers(run: Measured) -> Told:
    extent = peers.Extent(
        rounds=run.options.rounds,
        seconds=run.options.seconds,
        starts=run.of(1, 1, 3),
        warm_up=run.of(0, 3, 3),
        creates=run.of(20, 2_000, 2_000),
    )
    chosen = peer_list.HERE[:2] if run.options.least else peer_list.PEERS
    return peer_table.peer_table(peers.measure(chosen, extent, run.cores))


PARTS: dict[str, Callable[[Measured], Told]] = {
    "rates": _rates,
    "latency": _latency,
    "layers": _layers,
    "start": _start,
    "memory": _memory,
    "pages": _pages,
    "lists": _lists,
    "growth": _growth,
    "drain": _drain,
    "saturation": _saturation,
    "plugin": _plugin,
    "worlds": _worlds,
    "postgres": _postgres,
    "peers": _peers,
}
