"""`python -m benchmarks`: how fast the emulator is, as ratios measured within one run."""

import argparse
import shlex
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from benchmarks import contestants, figures, page, parts

# Measured only when asked for: other people's programs are installed for it.
PEERS = "peers"
POSTGRES = "postgres"  # the same: PostgreSQL has to be installed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, help="rounds of what is measured in turns (5; quick: 3)")
    parser.add_argument("--seconds", type=float, help="seconds for each contestant in a round (2.5; quick: 1)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a rough idea in a quarter of the time")
    size.add_argument(
        "--least", action="store_true", help="see whether each part can be measured; the figures say nothing"
    )
    parser.add_argument("--check", action="store_true", help="exit code 1 when a floor or a bound is missed")
    parser.add_argument("--only", choices=parts.PARTS, action="append", help="measure only this; repeatable")
    parser.add_argument("--peers", action="store_true", help="measure other emulators as well; installs them first")
    parser.add_argument("--postgres-cases", type=int, help="cases in PostgreSQL when growth is measured (100,000)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write what was measured as a page of Markdown")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.least else 3 if options.quick else 5)
    options.seconds = options.seconds or (0.1 if options.least else 1.0 if options.quick else 2.5)
    return options


def _chosen(options: argparse.Namespace) -> list[str]:
    """The parts in their order; peers where they are named."""
    everything = [name for name in parts.PARTS if name not in (PEERS, POSTGRES)]
    return (options.only or everything) + [PEERS] * (options.peers and PEERS not in (options.only or ()))


def main() -> int:
    """Measure and print; the answer is the exit code."""
    options, cores = _options(), contestants.choose_cores()
    machine = page.describe_machine(cores)  # before we pin ourselves
    contestants.pin(0, cores.ours)
    measured = parts.Measured(options, cores)
    told = [_printed(name, measured) for name in _chosen(options)]
    print("\n" + "\n".join([*machine, "", *figures.summary(f for part in told for f in part.figures)]))
    if options.write:
        page.write(options.write, machine, shlex.join(sys.argv[1:]), told)
    return int(options.check and not all(part.fine for part in told))


def _printed(name: str, measured: parts.Measured) -> figures.Told:
    """What a part tells; one that fails is told of, and those that come after it are measured all the same."""
    print(f"measuring: {name}", file=sys.stderr)
    try:
        told = parts.PARTS[name](measured)
    except Exception as error:
        traceback.print_exc()
        told = figures.failed(name, error)
    print("\n" + "\n".join(told.lines), flush=True)
    return told


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
