"""Creates per second of the whole job, against a bare Flask view on waitress."""

import sys
from dataclasses import dataclass
from statistics import median

from benchmarks.contestants import Cores, Server, running
from benchmarks.load import Job, Report, drive

NAMES = ("bare", "aplyid", "sphinxhq", "aplyid in a file", "sphinxhq in a file")
WARM_UP = 1.0


@dataclass(frozen=True)
class Stint:
    """One contestant's turn in one round."""

    report: Report
    server_busy: float | None  # share of its core

    def by_processor(self) -> float:
        """Answers per second of the server's processor time."""
        return self.report.rate / (self.server_busy or 1.0)


Round = dict[str, Stint]


def measure(rounds: int, seconds: float, cores: Cores) -> list[Round]:
    """Every contestant in turn, round after round, all of them running all the time."""
    with (
        running("bare", cores) as bare,
        running("emulator", cores) as emulator,
        running("keeping", cores) as keeping,
    ):
        servers = dict(zip(NAMES, (bare, emulator, emulator, keeping, keeping), strict=True))
        sent = {name: _stint(name, servers[name], 0, min(WARM_UP, seconds)).report.sent for name in NAMES}
        return [_round(turn, rounds, servers, sent, seconds) for turn in range(1, rounds + 1)]


def _round(turn: int, rounds: int, servers: dict[str, Server], sent: dict[str, int], seconds: float) -> Round:
    stints = {}
    for name in NAMES:
        stints[name] = _stint(name, servers[name], sent[name], seconds)
        sent[name] += stints[name].report.sent
    told = ", ".join(f"{name} {stint.report.rate:,.0f}/s" for name, stint in stints.items())
    print(f"  round {turn} of {rounds}: {told}", file=sys.stderr)
    return stints


def _stint(name: str, server: Server, first: int, seconds: float) -> Stint:
    return stint(server, name.split()[0], first, seconds)


def stint(server: Server, order: str, first: int, seconds: float) -> Stint:
    """Keep that server busy with that order for so many seconds."""
    before = server.busy_seconds()
    report = drive(Job(port=server.port, orders=[order], first=first, seconds=seconds))
    after = server.busy_seconds()
    busy = None if before is None or after is None else min(1.0, (after - before) / report.seconds)
    return Stint(report, busy)


def rate(rounds: list[Round], name: str) -> float:
    """Answers per second, median of the rounds."""
    return median(stints[name].report.rate for stints in rounds)


def ratio(rounds: list[Round], name: str) -> float:
    """The rate in units of the bare view's rate in the same round, median of the rounds."""
    return median(stints[name].report.rate / stints["bare"].report.rate for stints in rounds)


def ratio_by_processor(rounds: list[Round], name: str) -> float | None:
    """The same, of answers per second that the server computed: what others take of its core is in neither side."""
    both = [(stints[name], stints["bare"]) for stints in rounds]
    known = [
        ours.by_processor() / theirs.by_processor() for ours, theirs in both if ours.server_busy and theirs.server_busy
    ]
    return median(known) if known else None


def spread(rounds: list[Round], name: str) -> tuple[float, float]:
    """The lowest and the highest of those ratios."""
    ratios = [stints[name].report.rate / stints["bare"].report.rate for stints in rounds]
    return min(ratios), max(ratios)


def busy(rounds: list[Round], name: str) -> tuple[float | None, float]:
    """How busy the server and the load generator were, as shares of a core, medians of the rounds."""
    shares = [s[name].server_busy for s in rounds]
    known = [share for share in shares if share is not None]
    return median(known) if known else None, median(stints[name].report.busy for stints in rounds)
