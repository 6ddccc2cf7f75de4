"""The parts of a run by their names, and how much each measures."""

import argparse
from collections.abc import Callable
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

    def of(self, quick: int, whole: int) -> int:
        """How many."""
        return quick if self.options.quick else whole


def _rates(run: Measured) -> Told:
    run.rounds += rates.measure(run.options.rounds, run.options.seconds, run.cores)
    return tables.rates_table(run.rounds)


def _latency(run: Measured) -> Told:
    return growth_tables.latency_table(latency.measure(run.options.rounds, run.options.seconds, run.cores))


def _layers(run: Measured) -> Told:
    return Told(tables.layers_table(layers.measure(run.of(200, 1000)), run.rounds))


def _start(run: Measured) -> Told:
    return tables.start_table(start.measure(run.of(4, 10), run.cores))


def _memory(run: Measured) -> Told:
    return tables.memory_table(memory.measure(run.of(4_000, 20_000), run.cores))


def _pages(run: Measured) -> Told:
    return tables.pages_table(pages.measure(run.of(10_000, 100_000), run.cores))


def _lists(run: Measured) -> Told:
    return tables.lists_table(lists.measure(run.of(10_000, 100_000), run.cores))


def _growth(run: Measured) -> Told:
    return growth_tables.growth_table(growth.measure(run.of(100_000, 1_000_000)))


def _postgres(run: Measured) -> Told:
    return postgres.told(postgres.measure(run.options.rounds, run.options.seconds, run.cores))


def _drain(run: Measured) -> Told:
    return tables.drain_table(*drain.measure(run.of(2_000, 10_000), run.cores))


def _saturation(run: Measured) -> Told:
    return tables.saturation_table(saturation.measure(run.of(5, 15), run.cores))


def _plugin(run: Measured) -> Told:
    contestants.unpin()  # the suite on one core, the emulator on another
    found = plugin.measure(run.of(20, 50), run.of(3, 9))
    contestants.pin(0, run.cores.ours)
    return growth_tables.plugin_table(found)


def _worlds(run: Measured) -> Told:
    contestants.unpin()
    found = worlds.measure()
    contestants.pin(0, run.cores.ours)
    return worlds.worlds_table(found)


def _peers(run: Measured) -> Told:
    return peer_table.peer_table(peers.measure(run.options.rounds, run.options.seconds, run.of(1, 3), run.cores))


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
