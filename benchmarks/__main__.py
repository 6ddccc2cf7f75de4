"""`python -m benchmarks`: how fast the emulator is, as ratios measured within one run."""

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress

from benchmarks import contestants, drain, layers, lists, memory, pages, rates, saturation, start, suites, tables
from benchmarks.contestants import Cores
from benchmarks.tables import Told


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, help="rounds of the creates per second (5; quick: 3)")
    parser.add_argument("--seconds", type=float, help="seconds for each contestant in a round (2.5; quick: 1)")
    parser.add_argument("--quick", action="store_true", help="a rough idea in a quarter of the time")
    parser.add_argument("--check", action="store_true", help="exit code 1 when a floor or a bound is missed")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this; repeatable")
    return parser.parse_args()


def _rates(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    quick = options.quick
    found += rates.measure(options.rounds or (3 if quick else 5), options.seconds or (1.0 if quick else 2.5), cores)
    return tables.rates_table(found)


def _layers(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.layers_table(layers.measure(200 if options.quick else 1000), found), True


def _start(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.start_table(start.measure(4 if options.quick else 10, cores))


def _memory(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.memory_table(memory.measure(4_000 if options.quick else 20_000, cores))


def _pages(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.pages_table(pages.measure(10_000 if options.quick else 100_000, cores))


def _lists(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.lists_table(lists.measure(10_000 if options.quick else 100_000, cores))


def _drain(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.drain_table(*drain.measure(2_000 if options.quick else 10_000, cores))


def _saturation(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    return tables.saturation_table(saturation.measure(5.0 if options.quick else 15.0, cores))


def _suites(options: argparse.Namespace, cores: Cores, found: list[rates.Round]) -> Told:
    contestants.unpin()  # the suite on one core, the emulator on another
    return tables.suites_table(suites.measure(20 if options.quick else 50))


PARTS: dict[str, Callable[..., Told]] = {
    "rates": _rates,
    "layers": _layers,
    "start": _start,
    "memory": _memory,
    "pages": _pages,
    "lists": _lists,
    "drain": _drain,
    "saturation": _saturation,
    "suites": _suites,
}


def main() -> int:
    """Measure and print; the answer is the exit code."""
    options, cores, found = _options(), contestants.choose_cores(), list[rates.Round]()
    contestants.pin(0, cores.ours)
    print(f"Cores: {cores.told()}")
    missed = False
    for name in options.only or PARTS:
        print(f"measuring: {name}", file=sys.stderr)
        lines, fine = PARTS[name](options, cores, found)
        print("\n" + "\n".join(lines), flush=True)
        missed = missed or not fine
    return int(missed and options.check)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
